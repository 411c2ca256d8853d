//! Packages: archives that reach for other files, or hold what cannot be opened.

use tercet_tasks::archive;
use tercet_worker::compute::FailureKind;

use crate::{
	case::{of, Case, End},
	common::onnx::{add, node, Message},
	tensors::external,
};

/// A file of an archive, with the freedoms that tar has.
struct Entry<'a> {
	path: &'a str,
	kind: u8,
	target: &'a str,
	size: u64,
	content: &'a [u8],
}

impl<'a> Entry<'a> {
	fn file(path: &'a str, content: &'a [u8]) -> Self {
		Self { path, kind: b'0', target: "", size: content.len() as u64, content }
	}

	fn special(path: &'a str, kind: u8, target: &'a str) -> Self {
		Self { kind, target, ..Self::file(path, b"") }
	}

	/// As tar writes it.
	fn write(&self) -> Vec<u8> {
		let mut header = [0u8; 512];
		let mut put = |at: usize, bytes: &[u8]| header[at..at + bytes.len()].copy_from_slice(bytes);
		put(0, self.path.as_bytes());
		put(100, b"0000644\0");
		put(108, b"0000000\0");
		put(116, b"0000000\0");
		put(124, format!("{:011o}\0", self.size).as_bytes());
		put(136, b"00000000000\0");
		put(148, b"        ");
		put(156, &[self.kind]);
		put(157, self.target.as_bytes());
		put(257, b"ustar\x0000");
		let sum: u32 = header.iter().map(|byte| u32::from(*byte)).sum();
		header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
		let mut bytes = header.to_vec();
		bytes.extend_from_slice(self.content);
		bytes.resize(bytes.len().next_multiple_of(512), 0);
		bytes
	}
}

fn tar(entries: &[Entry<'_>]) -> Vec<u8> {
	let mut bytes: Vec<u8> = entries.iter().flat_map(Entry::write).collect();
	bytes.resize(bytes.len() + 1024, 0);
	bytes
}

/// A package as authors write it.
fn package(files: &[(&str, &[u8])]) -> Vec<u8> {
	let mut bytes = Vec::new();
	archive::write(files.iter().copied(), &mut bytes).unwrap();
	bytes
}

/// A package for the task `tensor`, of this graph.
fn tensors(graph: &Message) -> Vec<u8> {
	package(&[("onnx/model.onnx", &graph.0), ("tercet.json", br#"{"task":"tensor"}"#)])
}

pub fn cases() -> Vec<Case> {
	[archives(), contents()].into_iter().flatten().collect()
}

fn archives() -> Vec<Case> {
	let model = add().0;
	let path = |path| tar(&[Entry::file(path, &model)]);
	let special = |kind, target| tar(&[Entry::special("onnx/model.onnx", kind, target)]);
	let names: Vec<String> = (0..65).map(|i| format!("f{i:02}")).collect();
	let many: Vec<Entry<'_>> = names.iter().map(|name| Entry::file(name, b"x")).collect();
	let huge = Entry { size: (1 << 33) - 1, ..Entry::file("onnx/model.onnx", b"") };
	let twice = tar(&[Entry::file("a", b"1"), Entry::file("a", b"2")]);
	let whole = tensors(&add());
	let bad_path = "cannot be a path";
	let odd = "is not canonical";
	vec![
		Case::refused("package: a path with ..", path("../../root/.ssh/authorized_keys"), bad_path),
		Case::refused("package: an absolute path", path("/etc/cron.d/x"), bad_path),
		Case::refused("package: a hidden file", path("onnx/.bashrc"), bad_path),
		Case::refused("package: a symbolic link", special(b'2', "/etc/passwd"), odd),
		Case::refused("package: a hard link", special(b'1', "/etc/passwd"), odd),
		Case::refused("package: a device", special(b'3', ""), odd),
		Case::refused("package: a named pipe", special(b'6', ""), odd),
		Case::refused("package: a folder", special(b'5', ""), odd),
		Case::refused("package: a sparse file", special(b'S', ""), odd),
		Case::refused("package: a file of 8 GiB in 2 KiB", tar(&[huge]), "truncated"),
		Case::refused("package: the same file twice", twice, "appears twice"),
		Case::refused("package: 65 files", tar(&many), "files"),
		Case::refused("package: cut in a file", &whole[..700], "truncated"),
		Case::refused("package: cut before its end", &whole[..whole.len() - 512], "truncated"),
		Case::refused(
			"package: something behind its end",
			[&whole, &b"x"[..]].concat(),
			"after the end",
		),
	]
}

fn contents() -> Vec<Case> {
	let manifest = |text: &str| package(&[("tercet.json", text.as_bytes())]);
	let nested = format!(r#"{{"task":{}1{}}}"#, "[".repeat(100_000), "]".repeat(100_000));
	let backdoor = of([node("Backdoor", &["x"], &["y"]).bytes(7, "com.example")]);
	let tokenizer = br#"{"version":"1.0","model":{"type":"BPE","vocab":{},"merges":[["a"]]}}"#;
	let classifier = package(&[
		("config.json", br#"{"id2label":{"0":"A"},"num_labels":1}"#),
		("onnx/model.onnx", &add().0),
		("tercet.json", br#"{"task":"text-classification"}"#),
		("tokenizer.json", tokenizer),
	]);
	let model = |class, artifact| Case::new(class, artifact, End::Fails(FailureKind::Model, ""));
	vec![
		Case::refused("package: no manifest", package(&[("a", b"x")]), "tercet.json"),
		Case::refused("package: an unknown task", manifest(r#"{"task":"shell"}"#), "tercet.json"),
		Case::refused("package: a manifest 100,000 deep", manifest(&nested), "tercet.json"),
		model("package: no graph", manifest(r#"{"task":"tensor"}"#)),
		Case::refused(
			"package: external data",
			tensors(&external("/etc/passwd")),
			"keeps its data outside",
		),
		Case::refused("package: a custom operator", tensors(&backdoor), "unknown operator domain"),
		model("package: a malformed tokenizer", classifier),
	]
}
