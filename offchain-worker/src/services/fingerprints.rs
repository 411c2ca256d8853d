//! Fingerprints of what was answered, under the seed of a round.

use std::{sync::Arc, time::Duration};

use tercet_primitives::{
	apis::Assignment, Agreement, Answer, BlobRef, Feature, Fingerprint, ItemSet, Payload, Response,
	H256,
};
use tercet_tensors::{fingerprint::fingerprints, TensorMap};

use super::{blocking, Fault};
use crate::context::{Backoff, Context};

/// What fingerprints depend on besides the response.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Question {
	/// Seed of the round.
	pub seed: H256,
	/// Whose fingerprints.
	pub wanted: ItemSet,
	/// What the response covers.
	covered: ItemSet,
	feature: Feature,
}

impl Question {
	/// What the committee of `assignment` asks; `None` unless it compares by fingerprints.
	pub fn of(assignment: &Assignment) -> Option<Self> {
		let Agreement::Similar { feature, .. } = assignment.agreement else { return None };
		let Assignment { seed, items_open, asked, .. } = assignment;
		Some(Self { seed: *seed, wanted: *items_open, covered: *asked, feature })
	}
}

/// Answers to questions: the same whenever and wherever they are asked.
pub(super) async fn answer(
	context: &Context,
	question: Question,
	response: Response,
) -> Result<Arc<Vec<Fingerprint>>, Fault> {
	let Response::Result(Answer { output, .. }) = response else { return Ok(Arc::default()) };
	let results = results(context, output).await?;
	let started = std::time::Instant::now();
	let answer = blocking(move || {
		let results = TensorMap::from_bytes(&results)
			.map_err(|error| Fault::ResultsGone(error.to_string()))?;
		let Question { seed, wanted, covered, feature } = question;
		fingerprints(&results, &covered, &wanted, feature, &seed).ok_or(Fault::Asked)
	})
	.await?;
	context.metrics.fingerprint_time.observe(started.elapsed().as_secs_f64());
	Ok(Arc::new(answer))
}

/// The results that were answered: in the response itself, on disk, or in the store.
async fn results(context: &Context, output: Payload) -> Result<Vec<u8>, Fault> {
	let blob = match output {
		Payload::Inline(bytes) => return Ok(bytes.into()),
		Payload::Blob(blob) => blob,
	};
	let results = context.results.clone();
	match blocking(move || Ok(results.load(&blob)?)).await {
		Ok(Some(bytes)) => return Ok(bytes),
		Ok(None) => tracing::warn!("the results are not on disk; asking the store"),
		Err(fault) => tracing::warn!(%fault, "cannot read the results; asking the store"),
	}
	from_store(context, &blob).await
}

/// A few attempts: windows are short, and the service asks again at the next block.
async fn from_store(context: &Context, blob: &BlobRef) -> Result<Vec<u8>, Fault> {
	let mut backoff = Backoff::new(Duration::from_millis(250), Duration::from_secs(2));
	let mut last = String::new();
	for _ in 0..3 {
		match context.store.read(blob).await {
			Ok(bytes) => return Ok(bytes),
			Err(error) => last = error.to_string(),
		}
		backoff.wait().await;
	}
	Err(Fault::ResultsGone(last))
}
