//! The distributions as a picture: one panel per variant, distances to the right, shares upwards on
//! a logarithmic scale.

use std::fmt::Write;

use crate::{
	analysis::ANOTHER_ITEM,
	report::{Report, VariantReport},
};

const WIDTH: f64 = 760.0;
const PANEL: f64 = 240.0;
const LEFT: f64 = 64.0;
const RIGHT: f64 = 180.0;
const TOP: f64 = 40.0;
const BOTTOM: f64 = 46.0;
/// Powers of ten on the vertical axis, below 1.
const DECADES: f64 = 6.0;
/// Distances that are drawn at least, and at most: no threshold is larger.
const DRAWN: (usize, usize) = (32, 128);
/// Of honest answers, and of answers to other items.
const HONEST: &str = "#0072b2";
const ANOTHER: &str = "#999999";
/// Of variants, the most expensive first and then around. Chosen, like those above, to differ for
/// people who see fewer colours (Okabe and Ito).
const COLOURS: [&str; 5] = ["#56b4e9", "#d55e00", "#e69f00", "#009e73", "#cc79a7"];

/// The report as an SVG file.
pub fn render(report: &Report) -> String {
	let height = PANEL * report.variants.len() as f64;
	let mut svg = format!(
		"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" role=\"img\" \
		 font-family=\"sans-serif\" font-size=\"12\" fill=\"#222222\">\n\
		 <title>Distances between fingerprints, by variant</title>\n\
		 <rect width=\"{WIDTH}\" height=\"{height}\" fill=\"#ffffff\"/>\n"
	);
	for (position, variant) in report.variants.iter().enumerate() {
		let _ = writeln!(svg, "<g transform=\"translate(0 {})\">", PANEL * position as f64);
		panel(&mut svg, variant, &|name| colour(report, name));
		svg.push_str("</g>\n");
	}
	svg.push_str("</svg>\n");
	svg
}

/// Where distances and shares are in a panel.
struct Scale {
	/// The first distance that is not drawn.
	end: usize,
}

impl Scale {
	fn x(&self, distance: f64) -> f64 {
		LEFT + (WIDTH - LEFT - RIGHT) * (distance / self.end as f64).min(1.0)
	}

	fn y(&self, share: f64) -> f64 {
		let decades = if share > 0.0 { (-share.log10()).clamp(0.0, DECADES) } else { DECADES };
		TOP + (PANEL - TOP - BOTTOM) * decades / DECADES
	}
}

/// The colour of a series, the same in every panel.
fn colour(report: &Report, name: &str) -> &'static str {
	let position = report.variants.iter().position(|variant| variant.name == name);
	match position {
		Some(position) => COLOURS[position % COLOURS.len()],
		None if name == ANOTHER_ITEM => ANOTHER,
		None => HONEST,
	}
}

fn panel(svg: &mut String, variant: &VariantReport, colour: &dyn Fn(&str) -> &'static str) {
	let mut series = vec![("honest".to_owned(), &variant.honest.histogram)];
	series.extend(
		variant.others.iter().map(|other| (other.name.clone(), &other.distances.histogram)),
	);
	// Answers to other items reach further than anything that matters.
	let mattering = series.iter().filter(|(name, _)| name != ANOTHER_ITEM);
	let longest = mattering.map(|(_, counts)| counts.len()).max().unwrap_or(0);
	let scale = Scale { end: longest.clamp(DRAWN.0, DRAWN.1) };

	let outcome = match &variant.proposal {
		Some(proposal) => format!("max_distance {}", proposal.max_distance),
		None => "no threshold".into(),
	};
	let _ = writeln!(
		svg,
		"<text x=\"{LEFT}\" y=\"24\" font-weight=\"bold\">{}: {outcome}</text>",
		escape(&variant.name)
	);
	axes(svg, &scale);
	for (position, (name, counts)) in series.iter().enumerate() {
		let colour = colour(name);
		let _ = writeln!(
			svg,
			"<path d=\"{}\" fill=\"{colour}\" fill-opacity=\"0.18\" stroke=\"{colour}\" \
			 stroke-width=\"1.5\"/>",
			outline(&scale, counts)
		);
		let (x, y) = (WIDTH - RIGHT + 16.0, TOP + 8.0 + 20.0 * position as f64);
		let _ = writeln!(
			svg,
			"<rect x=\"{x}\" y=\"{y}\" width=\"12\" height=\"12\" fill=\"{colour}\"/>\
			 <text x=\"{}\" y=\"{}\">{}</text>",
			x + 18.0,
			y + 10.0,
			escape(name)
		);
	}
	if let Some(proposal) = &variant.proposal {
		let x = scale.x(f64::from(proposal.max_distance) + 1.0);
		let _ = writeln!(
			svg,
			"<line x1=\"{x:.1}\" x2=\"{x:.1}\" y1=\"{TOP}\" y2=\"{}\" stroke=\"#222222\" \
			 stroke-dasharray=\"5 4\"/>",
			PANEL - BOTTOM
		);
	}
}

fn axes(svg: &mut String, scale: &Scale) {
	let (right, bottom) = (WIDTH - RIGHT, PANEL - BOTTOM);
	for decade in 0..=DECADES as i32 {
		let y = scale.y(10f64.powi(-decade));
		let label = if decade == 0 { "1".into() } else { format!("1e-{decade}") };
		let _ = writeln!(
			svg,
			"<line x1=\"{LEFT}\" x2=\"{right}\" y1=\"{y:.1}\" y2=\"{y:.1}\" stroke=\"#dddddd\"/>\
			 <text x=\"{}\" y=\"{:.1}\" text-anchor=\"end\">{label}</text>",
			LEFT - 8.0,
			y + 4.0
		);
	}
	// At most a dozen labels.
	let step = scale.end.div_ceil(12).next_power_of_two();
	for distance in (0..scale.end).step_by(step) {
		let _ = writeln!(
			svg,
			"<text x=\"{:.1}\" y=\"{}\" text-anchor=\"middle\">{distance}</text>",
			scale.x(distance as f64 + 0.5),
			bottom + 16.0
		);
	}
	let _ = writeln!(
		svg,
		"<text x=\"{}\" y=\"{}\" text-anchor=\"middle\">distance in bits of 256</text>\
		 <text transform=\"translate(16 {}) rotate(-90)\" text-anchor=\"middle\">share</text>",
		(LEFT + right) / 2.0,
		bottom + 34.0,
		(TOP + bottom) / 2.0
	);
}

/// A staircase over the shares of the distances, closed along the axis.
fn outline(scale: &Scale, counts: &[u64]) -> String {
	let total = counts.iter().sum::<u64>().max(1) as f64;
	let mut path = format!("M{:.1} {:.1}", scale.x(0.0), scale.y(0.0));
	for (distance, count) in counts.iter().take(scale.end).enumerate() {
		let y = scale.y(*count as f64 / total);
		let (from, to) = (scale.x(distance as f64), scale.x(distance as f64 + 1.0));
		let _ = write!(path, "L{from:.1} {y:.1}L{to:.1} {y:.1}");
	}
	let end = scale.x(counts.len().min(scale.end) as f64);
	let _ = write!(path, "L{end:.1} {:.1}Z", scale.y(0.0));
	path
}

fn escape(text: &str) -> String {
	text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
