//! The one place where requests are repeated: over the servers in order, in rounds.

use crate::{Error, Result};
use rand::Rng;
use reqwest::Url;
use std::{future::Future, time::Duration};

/// Rounds over the servers, and the waits between them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RetryPolicy {
	/// Rounds in all, the first included; at least 1.
	pub attempts: u32,
	/// Wait after the first round. Each later wait is twice as long.
	pub base_delay: Duration,
	/// No wait is longer.
	pub max_delay: Duration,
}

impl Default for RetryPolicy {
	fn default() -> Self {
		Self {
			attempts: 5,
			base_delay: Duration::from_millis(500),
			max_delay: Duration::from_secs(20),
		}
	}
}

impl RetryPolicy {
	/// The wait after round number `round`, counted from 0. Half of it is random, so that many
	/// clients that failed together do not come back together.
	pub(crate) fn delay(&self, round: u32) -> Duration {
		let full = self.base_delay.saturating_mul(1u32.checked_shl(round).unwrap_or(u32::MAX));
		full.min(self.max_delay).mul_f64(rand::thread_rng().gen_range(0.5..=1.0))
	}
}

/// Runs `attempt` on each of `servers` in turn, round after round, until one succeeds.
///
/// Errors that time may heal keep a server in the next round; so does `NotFound` in the first
/// `not_found_retries` rounds. `is_final` picks the errors that no other server can change. When
/// nothing is left to try, a server that might still recover outweighs what the others said, since
/// only then is the answer not final.
pub(crate) async fn over_servers<T, F>(
	servers: &[Url],
	policy: RetryPolicy,
	not_found_retries: u32,
	is_final: impl Fn(&Error) -> bool,
	mut attempt: impl FnMut(Url) -> F,
) -> Result<T>
where
	F: Future<Output = Result<T>>,
{
	let mut candidates: Vec<&Url> = servers.iter().collect();
	let mut refusal: Option<Error> = None;
	let mut failure: Option<Error> = None;
	let mut tries = 0;
	for round in 0..policy.attempts {
		if round > 0 {
			tokio::time::sleep(policy.delay(round - 1)).await;
		}
		failure = None;
		let mut doubted = None;
		let mut again = Vec::with_capacity(candidates.len());
		for server in candidates {
			tries += 1;
			let error = match attempt(server.clone()).await {
				Ok(value) => return Ok(value),
				Err(error) => error,
			};
			tracing::debug!(%server, round, %error, "attempt failed");
			if is_final(&error) {
				return Err(error);
			}
			if error.is_transient() {
				failure = Some(error);
				again.push(server);
			} else if matches!(error, Error::NotFound) && round < not_found_retries {
				doubted = Some(error);
				again.push(server);
			} else {
				refusal = Some(more_telling(refusal, error));
			}
		}
		candidates = again;
		// Rounds may end before the grace does.
		if round + 1 == policy.attempts {
			if let Some(error) = doubted {
				refusal = Some(more_telling(refusal, error));
			}
		}
		if candidates.is_empty() {
			break;
		}
	}
	Err(match (failure, refusal) {
		(Some(last), _) => Error::Unavailable { tries, last: Box::new(last) },
		(None, Some(refusal)) => refusal,
		(None, None) => Error::InvalidConfig("no server is given for this request".into()),
	})
}

/// Of two refusals, the earlier one, unless it only says that nothing was found.
fn more_telling(earlier: Option<Error>, later: Error) -> Error {
	match earlier {
		None | Some(Error::NotFound) => later,
		Some(earlier) => earlier,
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use std::{cell::RefCell, collections::VecDeque, future::ready};

	const QUICK: RetryPolicy =
		RetryPolicy { attempts: 3, base_delay: Duration::ZERO, max_delay: Duration::ZERO };

	fn failed() -> Error {
		Error::ServerFailed { server: String::new(), status: 503, message: String::new() }
	}

	fn withheld() -> Error {
		Error::Withheld { server: String::new() }
	}

	/// Runs over `servers` servers that answer from a script, and returns what was left of it.
	fn run(servers: u16, grace: u32, script: Vec<Result<u8>>) -> (Result<u8>, usize) {
		let urls: Vec<Url> =
			(1..=servers).map(|port| format!("http://s:{port}").parse().unwrap()).collect();
		let script = RefCell::new(VecDeque::from(script));
		let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
		let is_final = |error: &Error| matches!(error, Error::TooLarge { .. });
		let next = |_| ready(script.borrow_mut().pop_front().expect("the script is long enough"));
		let result = runtime.block_on(over_servers(&urls, QUICK, grace, is_final, next));
		let left = script.borrow().len();
		(result, left)
	}

	#[test]
	fn the_next_server_is_tried_when_one_fails() {
		assert!(matches!(run(2, 0, vec![Err(failed()), Ok(1)]), (Ok(1), 0)));
	}

	#[test]
	fn unavailable_is_returned_when_all_rounds_failed() {
		let script = (0..6).map(|_| Err(failed())).collect();
		assert!(matches!(run(2, 0, script), (Err(Error::Unavailable { tries: 6, .. }), 0)));
	}

	#[test]
	fn a_server_is_left_out_when_it_refused() {
		let script = vec![Err(withheld()), Err(failed()), Err(failed()), Ok(2)];
		assert!(matches!(run(2, 0, script), (Ok(2), 0)));
		assert!(matches!(run(1, 0, vec![Err(withheld())]), (Err(Error::Withheld { .. }), 0)));
	}

	#[test]
	fn not_found_is_believed_when_the_grace_is_over() {
		let missing = |count| (0..count).map(|_| Err(Error::NotFound)).collect::<Vec<_>>();
		assert!(matches!(run(1, 0, missing(1)), (Err(Error::NotFound), 0)));
		assert!(matches!(run(1, 1, missing(2)), (Err(Error::NotFound), 0)));
		assert!(matches!(run(1, 9, missing(3)), (Err(Error::NotFound), 0)));
		let mut late = missing(1);
		late.push(Ok(3));
		assert!(matches!(run(1, 1, late), (Ok(3), 0)));
	}

	#[test]
	fn not_found_is_not_believed_when_a_server_is_out_of_reach() {
		let mut script = vec![Err(Error::NotFound)];
		script.extend((0..3).map(|_| Err(failed())));
		assert!(matches!(run(2, 0, script), (Err(Error::Unavailable { .. }), 0)));
	}

	#[test]
	fn a_final_error_stops_everything() {
		let large = Error::TooLarge { size: 1, limit: None };
		assert!(matches!(run(2, 0, vec![Err(large)]), (Err(Error::TooLarge { .. }), 0)));
	}

	#[test]
	fn delays_double_up_to_the_limit() {
		let second = Duration::from_secs(1);
		let policy = RetryPolicy { attempts: 9, base_delay: second, max_delay: 5 * second };
		for (round, full) in [(0, 1), (1, 2), (2, 4), (3, 5), (40, 5)] {
			let delay = policy.delay(round);
			assert!(delay >= second * full / 2 && delay <= second * full, "{round}: {delay:?}");
		}
	}
}
