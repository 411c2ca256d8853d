//! From HTTP answers and transport failures to named errors.

use crate::{wire::ErrorAnswer, Error, Result};
use reqwest::{Response, StatusCode, Url};
use serde::de::DeserializeOwned;
use std::time::{Duration, Instant};

/// Most bytes read of an answer that is not a blob. Honest ones take a few hundred.
const MAX_ANSWER: usize = 64 << 10;

/// Longest excerpt of a server's words in an error, in characters.
const MAX_MESSAGE: usize = 200;

/// How long a server may take to finish explaining its refusal.
const EXPLANATION_LIMIT: Duration = Duration::from_secs(5);

/// A failure below HTTP, before an answer came.
pub(super) fn transport(server: &Url, started: Instant, error: reqwest::Error) -> Error {
	let server = server.to_string();
	if error.is_timeout() {
		return Error::Timeout { server, after: started.elapsed() };
	}
	if error.is_redirect() {
		return Error::BadResponse { server, reason: "redirected too often".into() };
	}
	Error::Unreachable { server, source: error.without_url() }
}

/// The error that an answer other than success stands for. `size` is that of the blob in question.
pub(super) async fn refusal(server: &Url, response: Response, size: u64) -> Error {
	let status = response.status();
	let message = tokio::time::timeout(EXPLANATION_LIMIT, message(response)).await;
	let message = message.unwrap_or_default();
	let server = server.to_string();
	match status {
		StatusCode::NOT_FOUND => Error::NotFound,
		StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => Error::Forbidden { server, message },
		StatusCode::PAYLOAD_TOO_LARGE => Error::TooLarge { size, limit: None },
		StatusCode::RANGE_NOT_SATISFIABLE => Error::RangeNotSatisfiable { server },
		StatusCode::UNAVAILABLE_FOR_LEGAL_REASONS => Error::Withheld { server },
		StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_MANY_REQUESTS => {
			Error::ServerFailed { server, status: status.as_u16(), message }
		},
		_ if status.is_server_error() => {
			Error::ServerFailed { server, status: status.as_u16(), message }
		},
		_ if status.is_success() => {
			Error::BadResponse { server, reason: format!("unexpected status {status}") }
		},
		_ => Error::Rejected { server, status: status.as_u16(), message },
	}
}

/// The body of a successful answer, as JSON.
pub(super) async fn json<T: DeserializeOwned>(server: &Url, response: Response) -> Result<T> {
	let started = Instant::now();
	let (body, failure) = body(response).await;
	if let Some(error) = failure {
		return Err(transport(server, started, error));
	}
	let bad = |reason| Error::BadResponse { server: server.to_string(), reason };
	if body.len() > MAX_ANSWER {
		return Err(bad(format!("an answer of more than {MAX_ANSWER} bytes")));
	}
	serde_json::from_slice(&body).map_err(|error| bad(format!("unexpected JSON: {error}")))
}

/// The server's words, in the form that Walrus gives them or in any other.
async fn message(response: Response) -> String {
	let (body, _) = body(response).await;
	let text = match serde_json::from_slice::<ErrorAnswer>(&body) {
		Ok(answer) => answer.error.message,
		Err(_) => String::from_utf8_lossy(&body).into_owned(),
	};
	// It may end up in a terminal or a log.
	text.trim().chars().filter(|char| !char.is_control()).take(MAX_MESSAGE).collect()
}

/// The body, and what cut it short. Stops at the first piece that exceeds [`MAX_ANSWER`].
async fn body(mut response: Response) -> (Vec<u8>, Option<reqwest::Error>) {
	let mut body = Vec::new();
	while body.len() <= MAX_ANSWER {
		match response.chunk().await {
			Ok(Some(chunk)) => body.extend_from_slice(&chunk),
			Ok(None) => break,
			Err(error) => return (body, Some(error)),
		}
	}
	(body, None)
}
