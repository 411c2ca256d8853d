//! The journal keeps the first answer, whatever happens.

use proptest::prelude::*;
use tercet_primitives::{Answer, BoundedVec, JobId, Payload, Response, H256};
use tercet_worker::journal::{Entry, Journal, JournalError, Progress, Seat, FILE};

const GENESIS: H256 = H256([7; 32]);

fn seat(job: u64, round: u8) -> Seat {
	Seat { job: JobId(job), round, asked: H256([5; 32]) }
}

fn answered(byte: u8) -> Entry {
	let output = Payload::Inline(BoundedVec::try_from(vec![byte; 3]).unwrap());
	let response = Response::Result(Answer { root: H256([byte; 32]), output });
	Entry::Answered {
		response,
		salt: [byte; 32],
		seal_secret: [byte ^ 1; 32],
		digests: vec![H256([byte; 32]); 3],
		progress: Progress::Ready,
	}
}

fn progress(entry: &Entry) -> Progress {
	let Entry::Answered { progress, .. } = entry else { panic!() };
	*progress
}

#[test]
fn record_returns_the_first_answer_when_there_is_one_already() {
	let dir = tempfile::tempdir().unwrap();
	let journal = Journal::open(dir.path(), GENESIS).unwrap();
	assert_eq!(journal.get(&seat(1, 0)).unwrap(), None);
	assert_eq!(journal.record(&seat(1, 0), answered(1)).unwrap(), answered(1));
	assert_eq!(journal.record(&seat(1, 0), answered(2)).unwrap(), answered(1));
	let abstained = Entry::Abstained { reason: "late".into() };
	assert_eq!(journal.record(&seat(1, 0), abstained.clone()).unwrap(), answered(1));
	assert_eq!(journal.record(&seat(1, 1), abstained.clone()).unwrap(), abstained);
	assert_eq!(journal.record(&seat(1, 1), answered(3)).unwrap(), abstained);
}

#[test]
fn open_finds_the_same_answers_when_the_process_started_again() {
	let dir = tempfile::tempdir().unwrap();
	{
		let journal = Journal::open(dir.path(), GENESIS).unwrap();
		journal.record(&seat(9, 2), answered(1)).unwrap();
		journal.advance(&seat(9, 2), Progress::Committed).unwrap();
	}
	let journal = Journal::open(dir.path(), GENESIS).unwrap();
	let entry = journal.record(&seat(9, 2), answered(2)).unwrap();
	assert_eq!(progress(&entry), Progress::Committed);
	let Entry::Answered { salt, seal_secret, digests, .. } = entry else { panic!() };
	assert_eq!((salt, seal_secret, digests), ([1; 32], [0; 32], vec![H256([1; 32]); 3]));
}

/// A crash leaves the file as it is at some moment: a copy of it must open with everything that was
/// recorded before.
#[test]
fn open_finds_the_answer_when_the_process_was_killed() {
	let (dir, copy) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
	let journal = Journal::open(dir.path(), GENESIS).unwrap();
	journal.record(&seat(1, 0), answered(1)).unwrap();
	std::fs::copy(dir.path().join(FILE), copy.path().join(FILE)).unwrap();
	journal.record(&seat(2, 0), answered(2)).unwrap();
	let after_crash = Journal::open(copy.path(), GENESIS).unwrap();
	assert_eq!(after_crash.get(&seat(1, 0)).unwrap(), Some(answered(1)));
	assert_eq!(after_crash.record(&seat(1, 0), answered(3)).unwrap(), answered(1));
}

#[test]
fn open_fails_when_another_worker_has_the_directory() {
	let dir = tempfile::tempdir().unwrap();
	let _first = Journal::open(dir.path(), GENESIS).unwrap();
	let error = Journal::open(dir.path(), GENESIS).err().unwrap();
	assert!(matches!(error, JournalError::InUse), "{error}");
	assert_eq!(error.to_string(), "another worker is running in this state directory");
}

#[test]
fn open_fails_when_the_file_is_something_else() {
	let dir = tempfile::tempdir().unwrap();
	std::fs::write(dir.path().join(FILE), b"not a database, but long enough to be looked at")
		.unwrap();
	assert!(Journal::open(dir.path(), GENESIS).is_err());
}

#[test]
fn get_is_none_when_the_answer_was_for_another_chain() {
	let dir = tempfile::tempdir().unwrap();
	Journal::open(dir.path(), GENESIS).unwrap().record(&seat(1, 0), answered(1)).unwrap();
	let other = Journal::open(dir.path(), H256([8; 32])).unwrap();
	assert_eq!(other.get(&seat(1, 0)).unwrap(), None);
	assert_eq!(other.entries().unwrap(), vec![]);
}

#[test]
fn get_is_none_when_the_same_job_id_stands_for_another_request() {
	let dir = tempfile::tempdir().unwrap();
	let journal = Journal::open(dir.path(), GENESIS).unwrap();
	journal.record(&seat(1, 0), answered(1)).unwrap();
	let other = Seat { asked: H256([6; 32]), ..seat(1, 0) };
	assert_eq!(journal.get(&other).unwrap(), None);
	assert_eq!(journal.record(&other, answered(2)).unwrap(), answered(2));
	assert_eq!(journal.get(&seat(1, 0)).unwrap(), Some(answered(1)));
}

#[test]
fn advance_changes_only_progress_and_never_backwards() {
	let dir = tempfile::tempdir().unwrap();
	let journal = Journal::open(dir.path(), GENESIS).unwrap();
	journal.advance(&seat(1, 0), Progress::Committed).unwrap();
	assert_eq!(journal.get(&seat(1, 0)).unwrap(), None);
	journal.record(&seat(1, 0), answered(1)).unwrap();
	for (to, expected) in [
		(Progress::Committed, Progress::Committed),
		(Progress::Sealed, Progress::Sealed),
		(Progress::Revealed, Progress::Revealed),
		(Progress::Sealed, Progress::Revealed),
		(Progress::Itemized, Progress::Itemized),
		(Progress::Committed, Progress::Itemized),
	] {
		journal.advance(&seat(1, 0), to).unwrap();
		let entry = journal.get(&seat(1, 0)).unwrap().unwrap();
		assert_eq!(progress(&entry), expected);
	}
}

#[test]
fn prune_forgets_the_oldest_jobs_when_there_are_too_many() {
	let dir = tempfile::tempdir().unwrap();
	let journal = Journal::open(dir.path(), GENESIS).unwrap();
	for job in [300, 2, 1, 256] {
		journal.record(&seat(job, 0), answered(1)).unwrap();
	}
	assert_eq!(journal.prune(4).unwrap(), 0);
	assert_eq!(journal.prune(2).unwrap(), 2);
	let left: Vec<_> = journal.entries().unwrap().iter().map(|(seat, _)| seat.job.0).collect();
	assert_eq!(left, [256, 300]);
}

proptest! {
	#![proptest_config(ProptestConfig::with_cases(16))]

	/// Whatever is written, in whatever order and with whatever restarts, the first entry of a seat
	/// is the one that stays.
	#[test]
	fn record_keeps_the_first_entry_when_calls_are_random(
		calls in prop::collection::vec((0u64..3, 0u8..2, any::<u8>(), any::<bool>()), 1..20),
	) {
		let dir = tempfile::tempdir().unwrap();
		let mut journal = Journal::open(dir.path(), GENESIS).unwrap();
		let mut first = std::collections::HashMap::new();
		for (job, round, byte, restart) in calls {
			if restart {
				drop(journal);
				journal = Journal::open(dir.path(), GENESIS).unwrap();
			}
			let expected = first.entry((job, round)).or_insert_with(|| answered(byte)).clone();
			prop_assert_eq!(journal.record(&seat(job, round), answered(byte)).unwrap(), expected);
		}
	}
}
