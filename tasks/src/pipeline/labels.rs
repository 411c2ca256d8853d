//! Logits to labels with scores, for texts and images alike.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{
	json::number,
	numbers::{sigmoid, softmax},
	package::Package,
	OpenError, RequestError,
};

/// The labels of a model.
pub(super) struct Labels {
	names: Vec<String>,
	default: Function,
}

/// What makes scores of logits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Function {
	Softmax,
	Sigmoid,
	None,
}

/// Parameters of requests: by default five labels, and the function that the model was trained for.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Parameters {
	top_k: Option<usize>,
	function_to_apply: Option<Function>,
}

/// One label of a response.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(super) struct Score {
	label: String,
	score: f64,
}

/// What is read of `config.json` about labels.
#[derive(Debug, Default, Deserialize)]
struct Config {
	#[serde(default)]
	id2label: BTreeMap<String, String>,
	num_labels: Option<usize>,
	problem_type: Option<String>,
	function_to_apply: Option<Function>,
}

const CONFIG: &str = "config.json";

/// Labels of a response whose request does not say how many.
const TOP_K: usize = 5;

impl Labels {
	/// The labels of a package whose graph gives `width` logits, or does not say how many.
	pub fn open(package: &Package, width: Option<usize>) -> Result<Self, OpenError> {
		let config: Config = package.json(CONFIG)?.unwrap_or_default();
		let named = Some(config.id2label.len()).filter(|count| *count > 0);
		let width = width.or(named).or(config.num_labels).ok_or_else(|| {
			OpenError::unsupported(CONFIG, "a model whose number of labels nothing states")
		})?;
		let name = |index: usize| {
			config.id2label.get(&index.to_string()).cloned().unwrap_or(format!("LABEL_{index}"))
		};
		if named.is_some_and(|count| count != width) {
			let reason =
				format!("{} labels in id2label; the graph has {width}", config.id2label.len());
			return Err(OpenError::malformed(CONFIG, reason));
		}
		let several = config.problem_type.as_deref() == Some("multi_label_classification");
		let default = match (config.function_to_apply, config.problem_type.as_deref()) {
			(Some(function), _) => function,
			(None, Some("regression")) => Function::None,
			(None, _) if several || width == 1 => Function::Sigmoid,
			(None, _) => Function::Softmax,
		};
		Ok(Self { names: (0..width).map(name).collect(), default })
	}

	/// How many there are.
	pub fn len(&self) -> usize {
		self.names.len()
	}

	/// The best labels, the best first; equals in the order of the model.
	pub fn score(&self, logits: &[f32], parameters: &Parameters) -> Vec<Score> {
		let scores: Vec<f64> = match parameters.function_to_apply.unwrap_or(self.default) {
			Function::Softmax => softmax(logits),
			Function::Sigmoid => logits.iter().copied().map(sigmoid).collect(),
			Function::None => logits.iter().copied().map(f64::from).collect(),
		};
		let mut order: Vec<(&String, f64)> = self.names.iter().zip(scores).collect();
		order.sort_by(|(_, a), (_, b)| b.total_cmp(a));
		let most = parameters.top_k.unwrap_or(TOP_K);
		let score = |(label, score): (&String, f64)| Score {
			label: label.clone(),
			score: number(score as f32),
		};
		order.into_iter().take(most).map(score).collect()
	}
}

impl Parameters {
	pub fn check(&self) -> Result<(), RequestError> {
		match self.top_k {
			Some(0) => Err(RequestError::out_of_range("top_k", "at least 1")),
			_ => Ok(()),
		}
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::{archive, manifest};

	fn labels(config: &str, width: Option<usize>) -> Result<Labels, OpenError> {
		let manifest = br#"{"task": "text-classification"}"#;
		let mut bytes = Vec::new();
		let files = [(CONFIG, config.as_bytes()), (manifest::PATH, manifest)];
		archive::write(files, &mut bytes).unwrap();
		Labels::open(&Package::read(&bytes).unwrap(), width)
	}

	#[test]
	fn score_sorts_and_cuts_when_asked() {
		let labels =
			labels(r#"{"id2label": {"0": "no", "1": "yes", "2": "maybe"}}"#, None).unwrap();
		let logits = [1.0_f32.ln(), 6.0_f32.ln(), 1.0_f32.ln()];
		let top = |top_k, function_to_apply| {
			let parameters = Parameters { top_k, function_to_apply };
			let scores = labels.score(&logits, &parameters);
			scores.into_iter().map(|score| (score.label, score.score)).collect::<Vec<_>>()
		};
		let expected = [("yes".into(), 0.75), ("no".into(), 0.125), ("maybe".into(), 0.125)];
		assert_eq!(top(None, None), expected);
		assert_eq!(top(Some(1), None), expected[..1]);
		assert_eq!(top(Some(9), Some(Function::Sigmoid))[1], ("no".into(), 0.5));
		assert_eq!(top(Some(1), Some(Function::None)), [("yes".into(), 1.791759)]);
	}

	#[test]
	fn labels_choose_the_function_that_the_config_implies() {
		let default = |config| labels(config, Some(2)).unwrap().default;
		assert_eq!(default("{}"), Function::Softmax);
		let several = r#"{"problem_type": "multi_label_classification"}"#;
		assert_eq!(default(several), Function::Sigmoid);
		assert_eq!(default(r#"{"problem_type": "regression"}"#), Function::None);
		assert_eq!(labels("{}", Some(1)).unwrap().default, Function::Sigmoid);
		assert_eq!(labels("{}", Some(2)).unwrap().names, ["LABEL_0", "LABEL_1"]);
	}

	#[test]
	fn labels_are_refused_when_they_do_not_fit_the_graph() {
		let config = r#"{"id2label": {"0": "no", "1": "yes"}}"#;
		assert!(matches!(labels(config, Some(3)), Err(OpenError::Malformed { .. })));
		assert!(matches!(labels("{}", None), Err(OpenError::Unsupported { .. })));
	}
}
