//! Every task as a user meets it: a folder is published as the ecosystem has it, requests in JSON are
//! submitted, three workers run them in their processes, and the answers are those that the reference
//! in Python expects; how they are compared is written in `examples/README.md`.

use std::{collections::BTreeMap, fs, path::Path};

use anyhow::{bail, ensure, Context, Result};
use base64::{engine::general_purpose::STANDARD, Engine};
use serde::Deserialize;
use serde_json::Value;
use tercet_cli::devnet::Devnet;
use tercet_e2e::{Net, Tercet, EXECUTORS};
use tercet_primitives::{DeterminismClass, JobId, JobState, ModelId, PoolId, VariantId};
use tercet_tensors::TensorMap;

/// The examples, but for `digits`, which the other tests use.
const TASKS: [&str; 6] = [
	"automatic-speech-recognition",
	"feature-extraction",
	"image-classification",
	"text-classification",
	"text-generation",
	"text-to-image",
];

/// What `expected.json` says of one variant.
#[derive(Deserialize)]
struct Expected {
	tolerance: f64,
	responses: Vec<Value>,
}

#[tokio::test(flavor = "multi_thread")]
async fn every_task_answers_as_its_reference_when_its_folder_is_published() -> Result<()> {
	let mut net = Net::start(Devnet::builder().workers(3), 3).await?;
	let (author, requester) = (net.tercet("//Charlie")?, net.tercet("//Bob")?);
	let files = tempfile::tempdir()?;

	let mut models = Vec::new();
	for task in TASKS {
		models.push((task, publish(&author, task).await.context(task)?));
	}
	// Floats have equal bits only where everything is pinned: here, on one machine.
	let mut jobs = Vec::new();
	for (task, model) in models {
		let variant = VariantId { model, index: 0 };
		let pool = pinned(&mut net, variant).await.context(task)?;
		jobs.push((task, pool, submit(&requester, task, pool, files.path()).await.context(task)?));
	}
	for (task, pool, job) in jobs {
		let (_, view) = net.end_of(job).await.context(task)?;
		ensure!(view.job.request.class == pool.class, "{task} was run as another class");
		ensure!(matches!(view.job.state, JobState::Settled { .. }), "{task}: {:?}", view.job.state);
		compare(&requester, task, job, files.path()).await.context(task)?;
	}
	net.shutdown().await;
	Ok(())
}

/// A file of an example.
fn file(task: &str, name: &str) -> String {
	format!("{}/../examples/{task}/{name}", env!("CARGO_MANIFEST_DIR"))
}

async fn publish(author: &Tercet, task: &str) -> Result<ModelId> {
	let folder = file(task, "");
	let published =
		["model", "publish", &folder, "--licence", "Apache-2.0", "--only", "fp32", "--task", task];
	let published = author.json(&published).await?;
	ensure!(published["variants"] == 1, "{published}");
	Ok(serde_json::from_value(published["model"].clone())?)
}

/// The pinned class in which all workers offer `variant`.
async fn pinned(net: &mut Net, variant: VariantId) -> Result<PoolId> {
	let account = net.worker_accounts().first().cloned().context("no worker")?;
	// As soon as the first offers it, its class is known.
	let pool = loop {
		let at = net.chain.at(net.chain.best().await?.hash);
		let offers = at.provider(account.clone()).await?.context("not a provider")?.offers;
		let mut pools = offers.into_iter().map(|(pool, _)| pool);
		let is_pinned = |pool: &PoolId| {
			pool.variant == variant && matches!(pool.class, DeterminismClass::Pinned { .. })
		};
		match pools.find(is_pinned) {
			Some(pool) => break pool,
			None => tokio::time::sleep(std::time::Duration::from_secs(1)).await,
		}
	};
	net.wait_for_pool(pool, EXECUTORS as u32).await?;
	Ok(pool)
}

/// Requests of an example. Some have no `inputs`, which the command line refuses: not those.
fn requests(task: &str) -> Result<Vec<Option<Value>>> {
	let requests: Vec<Value> = serde_json::from_slice(&fs::read(file(task, "requests.json"))?)?;
	let asked = requests.into_iter().map(|request| Some(request).filter(has_inputs));
	Ok(asked.collect())
}

fn has_inputs(request: &Value) -> bool {
	request.get("inputs").is_some()
}

async fn submit(requester: &Tercet, task: &str, pool: PoolId, dir: &Path) -> Result<JobId> {
	let model = pool.variant.model.to_string();
	let requests: Vec<Value> = requests(task)?.into_iter().flatten().collect();
	let path = dir.join(format!("{task}.json"));
	fs::write(&path, serde_json::to_vec(&requests)?)?;
	let requests = path.display().to_string();
	let submitted = [
		&["job", "submit", "--model", &model, "--price", "0.001"][..],
		&["--deadline", "+120", "--input", &requests],
	];
	let submitted = requester.json(&submitted.concat()).await?;
	Ok(serde_json::from_value(submitted["job"].clone())?)
}

/// Fetches the answers as people do, and holds them against the reference's.
async fn compare(requester: &Tercet, task: &str, job: JobId, dir: &Path) -> Result<()> {
	let expected = fs::read(file(task, "expected.json"))?;
	let mut expected: BTreeMap<String, Expected> = serde_json::from_slice(&expected)?;
	let Expected { tolerance, responses } = expected.remove("fp32").context("no fp32")?;
	let asked = requests(task)?.into_iter().zip(responses);
	let responses: Vec<Value> =
		asked.filter_map(|(asked, expected)| asked.and(Some(expected))).collect();

	let answers = dir.join(format!("{task}.jsonl"));
	let path = answers.display().to_string();
	requester.json(&["job", "result", &job.to_string(), "--output", &path]).await?;
	let answers = fs::read_to_string(answers)?;
	let answers: Vec<Value> =
		answers.lines().map(serde_json::from_str).collect::<Result<_, _>>()?;
	ensure!(answers.len() == responses.len(), "{} answers", answers.len());

	if task == "text-to-image" {
		let path = dir.join("images.safetensors").display().to_string();
		requester.json(&["job", "result", &job.to_string(), "--output", &path]).await?;
		let images = TensorMap::from_bytes(&fs::read(path)?)?;
		let images = images.tensor("image").context("no images")?.data();
		let pixels = images.chunks_exact(images.len() / responses.len());
		for (item, (found, expected)) in pixels.zip(&responses).enumerate() {
			if expected.get("error").is_none() {
				same_image(found, expected, tolerance).with_context(|| format!("image {item}"))?;
			}
		}
		return Ok(());
	}
	for (item, (found, expected)) in answers.iter().zip(&responses).enumerate() {
		ensure!(same(found, expected, tolerance), "item {item}: {found} instead of {expected}");
	}
	Ok(())
}

/// Whether an answer is the expected one.
fn same(found: &Value, expected: &Value, tolerance: f64) -> bool {
	match (found, expected) {
		(_, Value::Null) => true,
		(Value::Object(found), Value::Object(expected)) if expected.contains_key("error") => {
			found.keys().eq(["error"])
		},
		(Value::Number(found), Value::Number(expected)) => {
			let (found, expected) = (found.as_f64(), expected.as_f64());
			found.zip(expected).is_some_and(|(a, b)| (a - b).abs() <= tolerance)
		},
		(Value::Array(found), Value::Array(expected)) if found.len() == expected.len() => {
			// Labels whose scores are as close as that may have swapped places.
			let label = |value: &Value| value.get("label").map(Value::to_string);
			let by_label = |values: &[Value]| {
				let mut values = values.to_vec();
				values.sort_by_key(label);
				values
			};
			let (found, expected) = (by_label(found), by_label(expected));
			found.iter().zip(&expected).all(|(found, expected)| same(found, expected, tolerance))
		},
		(Value::Object(found), Value::Object(expected)) => {
			let mut pairs = found.values().zip(expected.values());
			found.keys().eq(expected.keys())
				&& pairs.all(|(found, expected)| same(found, expected, tolerance))
		},
		_ => found == expected,
	}
}

fn same_image(found: &[u8], expected: &Value, tolerance: f64) -> Result<()> {
	let png = expected.get("image").and_then(Value::as_str).context("no image is expected")?;
	let expected = image::load_from_memory(&STANDARD.decode(png)?)?.into_rgb8().into_raw();
	ensure!(found.len() == expected.len(), "{} bytes, not {}", found.len(), expected.len());
	let furthest = found.iter().zip(&expected).map(|(a, b)| a.abs_diff(*b)).max();
	match furthest {
		Some(furthest) if f64::from(furthest) > tolerance => bail!("a value is off by {furthest}"),
		_ => Ok(()),
	}
}
