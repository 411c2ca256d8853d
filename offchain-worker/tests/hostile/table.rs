//! `docs/hostile-models.md`: what becomes of each class, as the tests found it.

use std::path::PathBuf;

use tercet_worker::compute::{Failure, FailureKind, Results};

const BEGIN: &str = "<!-- classes -->\n";
const END: &str = "<!-- end of classes -->\n";

/// One line of the table.
pub struct Row {
	class: &'static str,
	stopped: &'static str,
	answer: &'static str,
	said: String,
}

impl Row {
	pub fn new(class: &'static str, outcome: &Result<Results, Failure>) -> Self {
		let kind = outcome.as_ref().err().map(|failure| failure.kind);
		let (stopped, answer) = match kind {
			None => ("nowhere; it does no harm", "its result"),
			Some(FailureKind::Model)
				if ["model refused", "package refused"]
					.iter()
					.any(|start| said(outcome).starts_with(start)) =>
			{
				("before ONNX Runtime sees it", "invalid: model refused")
			},
			Some(FailureKind::Model) => {
				("by ONNX Runtime or by its results", "invalid: model refused")
			},
			Some(FailureKind::Input) => ("before it reaches the model", "invalid: input refused"),
			Some(FailureKind::Promise) => ("before ONNX Runtime sees it", "invalid: out of memory"),
			Some(FailureKind::Memory) => ("by the limit on memory", "invalid: out of memory"),
			Some(FailureKind::Crash) => ("its process dies", "invalid: model refused"),
			Some(FailureKind::Time) => ("by the end of the window", "hands back"),
			Some(FailureKind::Graph) => {
				("by ONNX Runtime", "invalid where all compute the same bits")
			},
			Some(FailureKind::Machine | FailureKind::Asked) => ("by ONNX Runtime", "hands back"),
		};
		Self { class, stopped, answer, said: said(outcome) }
	}

	fn markdown(&self) -> String {
		let Self { class, stopped, answer, said } = self;
		format!("| {class} | {stopped} | {answer} | {said} |\n")
	}
}

/// The reason, as short as a table wants it and without what differs from run to run.
pub fn said(outcome: &Result<Results, Failure>) -> String {
	let Err(failure) = outcome else { return String::new() };
	// ONNX Runtime puts every level of a graph before what is wrong.
	let text = failure.text.rsplit("Status Message: ").next().unwrap_or_default();
	let text = text.find("Failed to allocate").map_or(text, |start| &text[start..]);
	let text = text.split(", ptr: 0x").next().unwrap_or_default();
	let text = text.replace(['|', '\n', '`'], " ");
	let mut short: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
	if let Some((end, _)) = short.char_indices().nth(160) {
		short.truncate(end);
		short.push('…');
	}
	short
}

/// Holds the document against what was found: every class is in it with the same answer. With
/// `TERCET_WRITE_DOCS` set, writes it instead.
pub fn compare(rows: &[Row]) {
	let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../docs/hostile-models.md");
	let text = std::fs::read_to_string(&path).unwrap();
	let (before, rest) = text.split_once(BEGIN).unwrap();
	let (table, after) = rest.split_once(END).unwrap();
	if std::env::var_os("TERCET_WRITE_DOCS").is_some() {
		let mut table =
			String::from("\n| class | stopped | the worker says | reason |\n|---|---|---|---|\n");
		rows.iter().for_each(|row| table.push_str(&row.markdown()));
		std::fs::write(path, format!("{before}{BEGIN}{table}\n{END}{after}")).unwrap();
		return;
	}
	for Row { class, stopped, answer, .. } in rows {
		let start = format!("| {class} | {stopped} | {answer} |");
		assert!(
			table.contains(&start),
			"docs/hostile-models.md lacks `{start}`; TERCET_WRITE_DOCS=1 writes it anew"
		);
	}
	assert_eq!(table.lines().filter(|line| line.starts_with("| ")).count(), rows.len() + 1);
}
