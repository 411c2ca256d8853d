//! Jobs of every kind, so many at a time that something is always due.

use std::sync::{
	atomic::{AtomicBool, Ordering},
	Arc,
};

use anyhow::{Context, Result};
use futures::StreamExt;
use tercet_e2e::{images, Jobs, Net};
use tercet_primitives::{BlockNumber, JobId, JobRequest, Payload, VariantId, MILLI_TCT};
use tokio::task::JoinHandle;

/// Blocks until a job's deadline. Its workers may be dead for most of a window.
const DEADLINE: BlockNumber = 600;

/// What each executor is paid for a job, about. A worker's stake covers twenty of them.
const PAY: u128 = 2_500 * MILLI_TCT;

/// Submits jobs until it is stopped.
pub struct Feed {
	stopping: Arc<AtomicBool>,
	task: JoinHandle<Result<Vec<JobId>>>,
}

/// A kind of job.
#[derive(Clone)]
struct Kind {
	variant: VariantId,
	items: u32,
	input: Payload,
}

impl Feed {
	/// Keeps `open` jobs open, of the int8 variant and of `similar`.
	pub async fn start(net: &Net, similar: VariantId, open: usize) -> Result<Self> {
		let jobs: Jobs = (**net).clone();
		let mut kinds = Vec::new();
		// Inline both ways; downloaded; downloaded and stored. Fingerprints twice.
		for (variant, items) in [(jobs.int8, 8), (similar, 40), (jobs.int8, 40), (similar, 512)] {
			let input = jobs.payload(images(items)?.to_canonical_bytes()).await?;
			kinds.push(Kind { variant, items, input });
		}
		let stopping = Arc::new(AtomicBool::new(false));
		let task = tokio::spawn(submit(jobs, kinds, open, stopping.clone()));
		Ok(Self { stopping, task })
	}

	/// Stops, and gives all jobs that were submitted.
	pub async fn stop(self) -> Result<Vec<JobId>> {
		self.stopping.store(true, Ordering::Relaxed);
		self.task.await?
	}
}

async fn submit(
	jobs: Jobs,
	kinds: Vec<Kind>,
	wanted: usize,
	stopping: Arc<AtomicBool>,
) -> Result<Vec<JobId>> {
	let mut heads = jobs.chain.heads().await?;
	let (mut all, mut open) = (Vec::<JobId>::new(), Vec::<JobId>::new());
	while !stopping.load(Ordering::Relaxed) {
		let head = heads.next().await.context("the subscription ended")??;
		let at = jobs.chain.at(head.hash);
		let mut still = Vec::new();
		for job in open {
			let view = at.job(job).await?;
			if view.is_none_or(|view| !view.job.state.is_terminal()) {
				still.push(job);
			}
		}
		open = still;
		let next = (all.len()..).take(wanted.saturating_sub(open.len()));
		let requests = next.map(|number| request(kinds[number % kinds.len()].clone(), head.number));
		let submitted = requests.map(|request| jobs.submit_request(request));
		let submitted = futures::future::try_join_all(submitted).await?;
		all.extend(&submitted);
		open.extend(submitted);
	}
	Ok(all)
}

fn request(kind: Kind, now: BlockNumber) -> JobRequest {
	let Kind { variant, items, input } = kind;
	JobRequest {
		variant,
		class: tercet_primitives::DeterminismClass::Portable,
		items,
		input,
		price: PAY / u128::from(items),
		redundancy: tercet_primitives::Redundancy::DEFAULT,
		canary: tercet_cli::commands::job::no_canary(),
		funding: tercet_primitives::Funding::Hold,
		deadline: now + DEADLINE,
	}
}
