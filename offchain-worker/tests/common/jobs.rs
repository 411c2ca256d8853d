//! Small jobs, and what becomes of them.

use std::time::Duration;

use tercet_primitives::{
	AccountId32, Agreement, Answer, BlobRef, JobId, Model, Permill, Precision, Response, SeatState,
	Variant, WorkUnits, H256,
};
use tercet_tensors::{Tensor, TensorMap};
use tercet_worker::metrics::Reason;

use super::{
	engine,
	world::{me, until, Running, World},
};

/// An input of that many items for [`onnx::add`](super::onnx::add).
pub fn numbers(items: usize) -> TensorMap {
	let values: Vec<f32> = (0..items * 2).map(|i| i as f32).collect();
	TensorMap::new([("x", Tensor::f32(&[items, 2], &values).unwrap())]).unwrap()
}

/// What honest executors compute.
pub fn expected(onnx: &[u8], input: &TensorMap) -> TensorMap {
	engine().session(onnx, 1).unwrap().run(input).unwrap()
}

pub async fn responded(world: &World, job: JobId) -> Response {
	until("the reveal", || world.chain.response(job).is_some()).await;
	world.chain.response(job).unwrap()
}

pub async fn revealed(world: &World, job: JobId) -> Answer {
	match responded(world, job).await {
		Response::Result(answer) => answer,
		other => panic!("{other:?}"),
	}
}

pub async fn committed(world: &World, job: JobId) {
	until("the commitment", || matches!(world.chain.state(job), SeatState::Committed(_))).await;
}

pub async fn abstained(world: &World, job: JobId) {
	until("the abstention", || world.chain.state(job) == SeatState::Abstained).await;
}

pub fn abstentions(running: &Running, reason: &str) -> u64 {
	let reason = Reason { reason: reason.into() };
	running.context.metrics.abstained.get_or_create(&reason).get()
}

/// Makes blocks until `condition` holds, at a pace at which sixty of them, and with them the deadlines
/// of a job, take ten seconds even on a busy machine.
pub async fn blocks_until(world: &World, what: &str, condition: impl Fn() -> bool) {
	for _ in 0..60 {
		if condition() {
			return;
		}
		world.chain.next_block();
		tokio::time::sleep(Duration::from_millis(150)).await;
	}
	until(what, condition).await;
}

/// Some blocks in which nothing should happen.
pub async fn some_blocks(world: &World) {
	for _ in 0..3 {
		world.chain.next_block();
		tokio::time::sleep(Duration::from_millis(150)).await;
	}
}

/// A published model of one int8 variant, which says that it needs that much memory.
pub fn int8_model(memory: u64) -> Model<AccountId32> {
	let variant = Variant {
		precision: Precision::Int8,
		artifact: BlobRef { blob_id: [0; 32], digest: H256::zero(), size: 0 },
		units_per_item: WorkUnits(1),
		memory,
		agreement: Agreement::Exact,
	};
	Model {
		author: me(),
		managers: Default::default(),
		name: Default::default(),
		task: Default::default(),
		licence: Default::default(),
		royalty: Permill::zero(),
		parent: None,
		derivative_share: Permill::zero(),
		variants: vec![variant].try_into().unwrap(),
		published_at: 0,
		deprecated: None,
		deposit: 0,
	}
}
