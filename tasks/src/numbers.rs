//! Small functions of vectors. They use `libm`, so that every machine computes the same bits from the
//! same bits.

/// Probabilities of logits; all zero if none is finite.
pub(crate) fn softmax(logits: &[f32]) -> Vec<f64> {
	let largest = logits.iter().copied().filter(|x| !x.is_nan()).fold(f32::NEG_INFINITY, f32::max);
	let exp = |logit: &f32| {
		let difference = f64::from(*logit) - f64::from(largest);
		if difference.is_nan() {
			0.0
		} else {
			libm::exp(difference)
		}
	};
	let mut values: Vec<f64> = logits.iter().map(exp).collect();
	let sum: f64 = values.iter().sum();
	if sum > 0.0 {
		values.iter_mut().for_each(|value| *value /= sum);
	}
	values
}

/// 1 / (1 + e⁻ˣ).
pub(crate) fn sigmoid(x: f32) -> f64 {
	1.0 / (1.0 + libm::exp(-f64::from(x)))
}

/// Position of the largest value, the first of equals; what is not a number is never the largest.
pub(crate) fn argmax(values: &[f32]) -> usize {
	let mut best = 0;
	let mut largest = f32::NEG_INFINITY;
	for (index, value) in values.iter().enumerate() {
		if *value > largest {
			(best, largest) = (index, *value);
		}
	}
	best
}

/// Scales a vector to length 1, as PyTorch's `normalize` does: one shorter than 10⁻¹² is divided by
/// 10⁻¹².
pub(crate) fn normalize(vector: &mut [f32]) {
	let square: f64 = vector.iter().map(|x| f64::from(*x) * f64::from(*x)).sum();
	let length = square.sqrt().max(1e-12);
	vector.iter_mut().for_each(|x| *x = (f64::from(*x) / length) as f32);
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn softmax_sums_to_one_when_logits_are_finite_or_not() {
		let close = |found: &[f64], expected: &[f64]| {
			found.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-12)
		};
		assert!(close(&softmax(&[0.0, 0.0]), &[0.5, 0.5]));
		assert!(close(&softmax(&[1000.0, 0.0, f32::NAN]), &[1.0, 0.0, 0.0]));
		assert!(close(&softmax(&[f32::NEG_INFINITY, 3.0]), &[0.0, 1.0]));
		assert_eq!(softmax(&[f32::NAN, f32::NEG_INFINITY]), [0.0, 0.0]);
	}

	#[test]
	fn argmax_takes_the_first_when_several_are_largest() {
		assert_eq!(argmax(&[1.0, 3.0, 3.0]), 1);
		assert_eq!(argmax(&[f32::NAN, -1.0]), 1);
		assert_eq!(argmax(&[]), 0);
	}

	#[test]
	fn normalize_makes_unit_vectors_when_there_is_a_direction() {
		let mut vector = [3.0, 4.0];
		normalize(&mut vector);
		assert_eq!(vector, [0.6, 0.8]);
		let mut zero = [0.0; 2];
		normalize(&mut zero);
		assert_eq!(zero, [0.0; 2]);
	}
}
