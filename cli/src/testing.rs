//! Records for unit tests.

use tercet_primitives::{
	AccountId32, Agreement, DeterminismClass, Funding, Job, JobRequest, JobState, ModelId, Payload,
	Permill, Redundancy, Royalty, VariantId, WorkUnits, H256,
};

/// A job of `items` items in that state.
pub fn job(items: u32, state: JobState) -> Job<AccountId32> {
	let royalty = Royalty { payee: AccountId32::new([2; 32]), share: Permill::from_percent(5) };
	Job {
		requester: AccountId32::new([1; 32]),
		request: JobRequest {
			variant: VariantId { model: ModelId(3), index: 0 },
			class: DeterminismClass::Portable,
			items,
			input: Payload::Inline(vec![7; 4].try_into().expect("four bytes are inline; qed")),
			price: 1,
			redundancy: Redundancy::DEFAULT,
			deadline: 100,
			canary: H256::zero(),
			funding: Funding::Hold,
		},
		units_per_item: WorkUnits(1),
		artifact: H256::repeat_byte(0xaf),
		agreement: Agreement::Exact,
		royalties: vec![royalty].try_into().expect("one royalty fits; qed"),
		escrow: 100,
		fee: 2,
		risk: 10,
		deposit: 5,
		submitted_at: 1,
		state,
	}
}
