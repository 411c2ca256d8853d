//! An author's folder, as the ecosystem publishes it, and the variants that are in it.
//!
//! Graphs are looked for where transformers.js, Optimum and diffusers put them (`onnx/model.onnx`,
//! `model.onnx`, `unet/model.onnx`), with the suffixes of transformers.js: none is fp32, `_fp16`,
//! `_int8` (or `_quantized`, or `_uint8`) is int8, `_q4`, `_q4f16`. A task may need several graphs;
//! a variant needs each of them in its precision, unless `tercet.json` lists it under `shared`.

use std::{
	collections::BTreeMap,
	fmt, fs,
	io::{self, Write},
	path::{Path, PathBuf},
};

use serde::Deserialize;

use crate::{
	archive,
	manifest::{self, Manifest, Task, UnknownTask},
};

/// Precision of a variant's weights, by the name that variants have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Precision {
	/// 32-bit floats.
	Fp32,
	/// 16-bit floats.
	Fp16,
	/// 8-bit integers.
	Int8,
	/// 4-bit weights, 32-bit floats between them.
	Q4,
	/// 4-bit weights, 16-bit floats between them.
	Q4F16,
}

impl Precision {
	/// Every precision, in the order in which variants are listed.
	pub const ALL: [Self; 5] = [Self::Fp32, Self::Fp16, Self::Int8, Self::Q4, Self::Q4F16];

	/// Its name.
	pub fn name(self) -> &'static str {
		match self {
			Self::Fp32 => "fp32",
			Self::Fp16 => "fp16",
			Self::Int8 => "int8",
			Self::Q4 => "q4",
			Self::Q4F16 => "q4f16",
		}
	}

	/// What its files have before `.onnx`; the first that exists is taken.
	fn suffixes(self) -> &'static [&'static str] {
		match self {
			Self::Fp32 => &[""],
			Self::Fp16 => &["_fp16"],
			Self::Int8 => &["_int8", "_quantized", "_uint8"],
			Self::Q4 => &["_q4"],
			Self::Q4F16 => &["_q4f16"],
		}
	}
}

impl fmt::Display for Precision {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		f.write_str(self.name())
	}
}

/// Files that go along with the graphs, where they exist. Everything else in the folder stays there.
const COMPANIONS: &[&str] = &[
	"1_Pooling/config.json",
	"config.json",
	"generation_config.json",
	"preprocessor_config.json",
	"scheduler/scheduler_config.json",
	"special_tokens_map.json",
	"text_encoder/config.json",
	"tokenizer.json",
	"tokenizer/merges.txt",
	"tokenizer/special_tokens_map.json",
	"tokenizer/tokenizer.json",
	"tokenizer/tokenizer_config.json",
	"tokenizer/vocab.json",
	"tokenizer_config.json",
	"unet/config.json",
	"vae_decoder/config.json",
	"vocab.json",
];

/// Why a folder cannot be published.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
	/// A file cannot be read.
	#[error("{}: {error}", path.display())]
	Io {
		/// The file.
		path: PathBuf,
		/// Why not.
		error: io::Error,
	},
	/// A JSON file is not what its name says.
	#[error("{}: {reason}", path.display())]
	Malformed {
		/// The file.
		path: PathBuf,
		/// What is wrong.
		reason: String,
	},
	/// Nothing says what the model does.
	#[error(
		"nothing in {} says what the model does; write a `tercet.json` such as \
		 {{\"task\": \"text-generation\"}}", .0.display()
	)]
	NoTask(PathBuf),
	/// What the folder says that the model does has no pipeline.
	#[error("{}: {error}", path.display())]
	UnknownTask {
		/// The file that says it.
		path: PathBuf,
		/// What it says.
		error: UnknownTask,
	},
	/// There is no graph.
	#[error("{} has no graph for {task}; its name would be {}", path.display(), expected.join(" or "))]
	NoGraph {
		/// The folder.
		path: PathBuf,
		/// What the model does.
		task: Task,
		/// Files that would do.
		expected: Vec<String>,
	},
	/// A variant lacks one of its graphs.
	#[error(
		"the {precision} variant lacks `{graph}`; add it in that precision, or list `{graph}` under \
		 \"shared\" in tercet.json to take it from fp32"
	)]
	MissingGraph {
		/// The variant.
		precision: Precision,
		/// Path of the graph in fp32.
		graph: String,
	},
	/// `shared` names what is no graph of this task.
	#[error("`{0}` in \"shared\" of tercet.json is no graph of this task")]
	UnknownShared(String),
	/// Weights in files of their own would be paths that workers follow.
	#[error(
		"{} keeps weights outside its graph, which workers refuse; put them inside with \
		 `onnx.save_model(onnx.load(path), path, save_as_external_data=False)` (up to 2 GiB), or \
		 publish a smaller precision", .0.display()
	)]
	ExternalData(PathBuf),
}

/// What a folder offers.
#[derive(Clone, Debug)]
pub struct Folder {
	/// What the model does.
	pub task: Task,
	/// Its variants, at least one.
	pub variants: Vec<Variant>,
	/// Graphs that belong to no variant.
	pub ignored: Vec<PathBuf>,
}

/// One precision of the model.
#[derive(Clone, Debug)]
pub struct Variant {
	/// Which.
	pub precision: Precision,
	/// The manifest of its package.
	pub manifest: Manifest,
	/// Its files: path in the package, path on disk.
	pub files: BTreeMap<String, PathBuf>,
}

impl Folder {
	/// Looks through `folder`.
	///
	/// # Errors
	/// Any [`FolderError`].
	pub fn discover(folder: &Path) -> Result<Self, FolderError> {
		let manifest = manifest_of(folder)?;
		let graphs = graphs_of(folder, manifest.task)?;
		if let Some(other) = manifest.shared.iter().find(|shared| !graphs.contains(shared)) {
			return Err(FolderError::UnknownShared(other.clone()));
		}
		let companions = COMPANIONS.iter().map(|path| (path.to_string(), folder.join(path)));
		let companions: BTreeMap<_, _> = companions.filter(|(_, path)| path.is_file()).collect();
		let inner = Manifest { shared: Vec::new(), ..manifest.clone() };
		let mut variants = Vec::new();
		for precision in Precision::ALL {
			let Some(found) = variant(folder, &graphs, &manifest.shared, precision)? else {
				continue;
			};
			let mut files = companions.clone();
			files.extend(found);
			variants.push(Variant { precision, manifest: inner.clone(), files });
		}
		let ignored = ignored(folder, &graphs, &variants);
		Ok(Self { task: manifest.task, variants, ignored })
	}

	/// The variant of that precision.
	pub fn variant(&self, precision: Precision) -> Option<&Variant> {
		self.variants.iter().find(|variant| variant.precision == precision)
	}
}

impl Variant {
	/// Writes the artifact: the bare graph if the task is `tensor`, a
	/// [package](crate::package) otherwise. The same files make the same bytes.
	///
	/// # Errors
	/// [`FolderError::Io`], `out`'s with an empty path.
	pub fn write(&self, mut out: impl Write) -> Result<(), FolderError> {
		let failed = |error| FolderError::Io { path: PathBuf::new(), error };
		if self.manifest.task == Task::Tensor {
			let graph = self.files.iter().find(|(path, _)| path.ends_with(".onnx"));
			let bytes = graph.map(|(_, path)| read(path)).transpose()?.unwrap_or_default();
			return out.write_all(&bytes).map_err(failed);
		}
		let mut contents = BTreeMap::from([(manifest::PATH, self.manifest.to_bytes())]);
		for (path, file) in &self.files {
			contents.insert(path, read(file)?);
		}
		archive::write(contents.iter().map(|(path, bytes)| (*path, bytes.as_slice())), out)
			.map_err(failed)
	}

	/// The artifact in memory.
	///
	/// # Errors
	/// As [`Self::write`].
	pub fn to_bytes(&self) -> Result<Vec<u8>, FolderError> {
		let mut bytes = Vec::new();
		self.write(&mut bytes)?;
		Ok(bytes)
	}
}

/// Where the graphs of a task may be: the first list of which one graph exists, in any precision.
fn layouts(task: Task) -> &'static [&'static [&'static str]] {
	match task {
		Task::TextGeneration => &[
			&["onnx/decoder_model_merged.onnx"],
			&["decoder_model_merged.onnx"],
			&["onnx/model.onnx"],
			&["model.onnx"],
		],
		Task::TextToImage => {
			&[&["text_encoder/model.onnx", "unet/model.onnx", "vae_decoder/model.onnx"]]
		},
		_ => &[&["onnx/model.onnx"], &["model.onnx"]],
	}
}

/// Paths of the model's graphs in fp32, which need not exist in that precision.
fn graphs_of(folder: &Path, task: Task) -> Result<Vec<String>, FolderError> {
	let exists = |graph: &&str| Precision::ALL.iter().any(|p| find(folder, graph, *p).is_some());
	let found = layouts(task).iter().find(|graphs| graphs.iter().any(exists));
	let names = |graphs: &[&str]| graphs.iter().map(|graph| graph.to_string()).collect();
	found.map(|graphs| names(graphs)).ok_or_else(|| FolderError::NoGraph {
		path: folder.into(),
		task,
		expected: layouts(task)
			.iter()
			.filter_map(|graphs| graphs.first())
			.map(|g| g.to_string())
			.collect(),
	})
}

/// The file of `graph` in `precision`.
fn find(folder: &Path, graph: &str, precision: Precision) -> Option<PathBuf> {
	let stem = graph.strip_suffix(".onnx")?;
	let path = |suffix: &&str| folder.join(format!("{stem}{suffix}.onnx"));
	precision.suffixes().iter().map(path).find(|path| path.is_file())
}

/// The graphs of one variant, by their paths in the package; `None` if there is no such variant.
fn variant(
	folder: &Path,
	graphs: &[String],
	shared: &[String],
	precision: Precision,
) -> Result<Option<BTreeMap<String, PathBuf>>, FolderError> {
	if !graphs.iter().any(|graph| find(folder, graph, precision).is_some()) {
		return Ok(None);
	}
	let mut files = BTreeMap::new();
	for graph in graphs {
		let fallback = || find(folder, graph, Precision::Fp32).filter(|_| shared.contains(graph));
		let path = find(folder, graph, precision)
			.or_else(fallback)
			.ok_or_else(|| FolderError::MissingGraph { precision, graph: graph.clone() })?;
		for suffix in ["_data", ".data"] {
			let mut data = path.clone().into_os_string();
			data.push(suffix);
			if Path::new(&data).exists() {
				return Err(FolderError::ExternalData(path));
			}
		}
		// Packages have one layout: `model.onnx` of an author is `onnx/model.onnx` for everybody.
		let inside = if graph.contains('/') { graph.clone() } else { format!("onnx/{graph}") };
		files.insert(inside, path);
	}
	Ok(Some(files))
}

/// Graphs beside those of the variants.
fn ignored(folder: &Path, graphs: &[String], variants: &[Variant]) -> Vec<PathBuf> {
	let parents = graphs.iter().filter_map(|graph| folder.join(graph).parent().map(Path::to_owned));
	let mut parents: Vec<_> = parents.collect();
	parents.dedup();
	let entries = parents.iter().filter_map(|parent| fs::read_dir(parent).ok()).flatten();
	let graph = |path: &PathBuf| path.extension().is_some_and(|extension| extension == "onnx");
	let taken = |path: &PathBuf| variants.iter().any(|v| v.files.values().any(|file| file == path));
	let paths = entries.filter_map(|entry| Some(entry.ok()?.path()));
	let mut ignored: Vec<_> = paths.filter(|path| graph(path) && !taken(path)).collect();
	ignored.sort();
	ignored
}

/// The author's own manifest, or one of the task that the folder's other files name.
fn manifest_of(folder: &Path) -> Result<Manifest, FolderError> {
	let path = folder.join(manifest::PATH);
	if path.is_file() {
		return json(&path);
	}
	#[derive(Deserialize)]
	struct Config {
		task: Option<String>,
		#[serde(default)]
		architectures: Vec<String>,
	}
	let path = folder.join("config.json");
	let config: Option<Config> = path.is_file().then(|| json(&path)).transpose()?;
	let known = |path: PathBuf, name: &str| {
		name.parse::<Task>().map_err(|error| FolderError::UnknownTask { path, error })
	};
	if let Some(task) = config.as_ref().and_then(|config| config.task.as_ref()) {
		return known(path, task).map(Manifest::new);
	}
	let readme = folder.join("README.md");
	if let Ok(text) = fs::read_to_string(&readme) {
		if let Some(tag) = pipeline_tag(&text) {
			return known(readme, tag).map(Manifest::new);
		}
	}
	if folder.join("unet").is_dir() && folder.join("scheduler").is_dir() {
		return Ok(Manifest::new(Task::TextToImage));
	}
	let architectures = config.map(|config| config.architectures).unwrap_or_default();
	let task = architectures.iter().find_map(|architecture| task_of(architecture));
	task.map(Manifest::new).ok_or_else(|| FolderError::NoTask(folder.into()))
}

/// The `pipeline_tag` of a model card's front matter.
fn pipeline_tag(text: &str) -> Option<&str> {
	let matter = text.strip_prefix("---\n").or_else(|| text.strip_prefix("---\r\n"))?;
	let lines = matter.lines().take_while(|line| *line != "---");
	let mut values = lines.filter_map(|line| line.strip_prefix("pipeline_tag:"));
	values.next().map(|value| value.trim().trim_matches(['"', '\'']))
}

/// What models of an architecture do, by the endings that transformers gives them.
fn task_of(architecture: &str) -> Option<Task> {
	const ENDINGS: &[(&str, Task)] = &[
		("ForCausalLM", Task::TextGeneration),
		("LMHeadModel", Task::TextGeneration),
		("ForSequenceClassification", Task::TextClassification),
		("ForImageClassification", Task::ImageClassification),
		("ForCTC", Task::AutomaticSpeechRecognition),
		("Model", Task::FeatureExtraction),
	];
	ENDINGS.iter().find(|(ending, _)| architecture.ends_with(ending)).map(|(_, task)| *task)
}

fn read(path: &Path) -> Result<Vec<u8>, FolderError> {
	fs::read(path).map_err(|error| FolderError::Io { path: path.into(), error })
}

fn json<T: serde::de::DeserializeOwned>(path: &Path) -> Result<T, FolderError> {
	let malformed = |error: serde_json::Error| FolderError::Malformed {
		path: path.into(),
		reason: error.to_string(),
	};
	serde_json::from_slice(&read(path)?).map_err(malformed)
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::package::Package;

	/// A folder of the given files, each holding its own path.
	fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
		let folder = tempfile::tempdir().unwrap();
		for (path, contents) in files {
			let path = folder.path().join(path);
			fs::create_dir_all(path.parent().unwrap()).unwrap();
			fs::write(path, contents).unwrap();
		}
		folder
	}

	fn names(folder: &Folder) -> Vec<&str> {
		folder.variants.iter().map(|variant| variant.precision.name()).collect()
	}

	#[test]
	fn discover_finds_every_variant_when_files_are_named_as_transformers_js_does() {
		let folder = folder(&[
			("config.json", r#"{"architectures": ["BertForSequenceClassification"]}"#),
			("tokenizer.json", "{}"),
			("training_args.bin", ""),
			("onnx/model.onnx", "fp32"),
			("onnx/model_fp16.onnx", "fp16"),
			("onnx/model_quantized.onnx", "quantized"),
			("onnx/model_uint8.onnx", "uint8"),
			("onnx/model_q4.onnx", "q4"),
			("onnx/model_q4f16.onnx", "q4f16"),
			("onnx/model_bnb4.onnx", "bnb4"),
		]);
		let found = Folder::discover(folder.path()).unwrap();
		assert_eq!(found.task, Task::TextClassification);
		assert_eq!(names(&found), ["fp32", "fp16", "int8", "q4", "q4f16"]);
		let ignored = ["onnx/model_bnb4.onnx", "onnx/model_uint8.onnx"];
		assert_eq!(found.ignored, ignored.map(|path| folder.path().join(path)));

		let bytes = found.variant(Precision::Int8).unwrap().to_bytes().unwrap();
		let package = Package::read(&bytes).unwrap();
		let paths: Vec<_> = package.files().map(|(path, _)| path).collect();
		assert_eq!(paths, ["config.json", "onnx/model.onnx", "tercet.json", "tokenizer.json"]);
		assert_eq!(package.file("onnx/model.onnx"), Some(&b"quantized"[..]));
		assert_eq!(package.manifest().task, Task::TextClassification);
	}

	#[test]
	fn discover_takes_several_graphs_when_the_task_needs_them() {
		let mut files = vec![
			("scheduler/scheduler_config.json", "{}"),
			("text_encoder/model.onnx", "text"),
			("unet/model.onnx", "unet"),
			("unet/model_int8.onnx", "small unet"),
			("vae_decoder/model.onnx", "vae"),
			("vae_decoder/model_int8.onnx", "small vae"),
		];
		let error = Folder::discover(folder(&files).path()).unwrap_err().to_string();
		assert!(error.contains("int8 variant lacks `text_encoder/model.onnx`"), "{error}");
		files.push((
			"tercet.json",
			r#"{"task": "text-to-image", "shared": ["text_encoder/model.onnx"]}"#,
		));
		let folder = folder(&files);
		let found = Folder::discover(folder.path()).unwrap();
		assert_eq!(names(&found), ["fp32", "int8"]);
		let bytes = found.variants[1].to_bytes().unwrap();
		let package = Package::read(&bytes).unwrap();
		assert_eq!(package.file("text_encoder/model.onnx"), Some(&b"text"[..]));
		assert_eq!(package.file("unet/model.onnx"), Some(&b"small unet"[..]));
		assert!(package.manifest().shared.is_empty());
	}

	#[test]
	fn discover_prefers_the_merged_decoder_when_a_text_model_has_several() {
		let folder = folder(&[
			("config.json", r#"{"architectures": ["GPT2LMHeadModel"]}"#),
			("onnx/decoder_model.onnx", ""),
			("onnx/decoder_model_merged.onnx", ""),
			("onnx/decoder_model_merged_q4.onnx", ""),
		]);
		let found = Folder::discover(folder.path()).unwrap();
		assert_eq!((found.task, names(&found)), (Task::TextGeneration, vec!["fp32", "q4"]));
		assert!(found.variants[1].files.contains_key("onnx/decoder_model_merged.onnx"));
	}

	#[test]
	fn discover_reads_the_task_where_it_is_written_first() {
		let task = |files: &[(&str, &str)]| {
			let files = [files, &[("model.onnx", "")]].concat();
			Folder::discover(folder(&files).path()).map(|folder| folder.task)
		};
		let card =
			("README.md", "---\nlicense: mit\npipeline_tag: \"image-classification\"\n---\n# x");
		let config = ("config.json", r#"{"architectures": ["ViTModel"]}"#);
		let named = ("config.json", r#"{"task": "tensor"}"#);
		let own = ("tercet.json", r#"{"task": "feature-extraction"}"#);
		assert_eq!(task(&[config]).unwrap(), Task::FeatureExtraction);
		assert_eq!(task(&[config, card]).unwrap(), Task::ImageClassification);
		assert_eq!(task(&[named, card]).unwrap(), Task::Tensor);
		assert_eq!(task(&[own, named, card]).unwrap(), Task::FeatureExtraction);
		assert!(matches!(task(&[]), Err(FolderError::NoTask(_))));
		let strange = ("README.md", "---\npipeline_tag: fill-mask\n---");
		assert!(matches!(task(&[strange]), Err(FolderError::UnknownTask { .. })));
	}

	#[test]
	fn discover_fails_and_says_what_to_do_when_a_graph_is_missing_or_not_whole() {
		let task = ("tercet.json", r#"{"task": "tensor"}"#);
		let error = Folder::discover(folder(&[task]).path()).unwrap_err().to_string();
		assert!(error.contains("onnx/model.onnx or model.onnx"), "{error}");
		for data in ["onnx/model.onnx_data", "onnx/model.onnx.data"] {
			let files = [task, ("onnx/model.onnx", ""), (data, "")];
			let error = Folder::discover(folder(&files).path()).unwrap_err();
			assert!(matches!(error, FolderError::ExternalData(_)), "{error}");
		}
		let shared = ("tercet.json", r#"{"task": "tensor", "shared": ["x"]}"#);
		let error = Folder::discover(folder(&[shared, ("model.onnx", "")]).path()).unwrap_err();
		assert!(matches!(error, FolderError::UnknownShared(_)), "{error}");
	}

	#[test]
	fn write_gives_the_bare_graph_when_the_task_is_tensor() {
		let files = [("config.json", r#"{"task": "tensor"}"#), ("onnx/model_int8.onnx", "graph")];
		let folder = folder(&files);
		let found = Folder::discover(folder.path()).unwrap();
		assert_eq!(found.variants[0].to_bytes().unwrap(), b"graph");
	}
}
