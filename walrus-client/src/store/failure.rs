//! Errors of the API, in the form that Walrus gives them.

use crate::wire::{ErrorAnswer, ErrorBody};
use axum::{
	http::StatusCode,
	response::{IntoResponse, Response},
	Json,
};
use serde_json::json;

/// An error answer: an HTTP status, a reason for programs and a message for people.
#[derive(Debug)]
pub(super) struct Failure {
	code: StatusCode,
	reason: &'static str,
	message: String,
}

impl Failure {
	/// 400: the request cannot be understood or fulfilled as it is.
	pub fn bad_request(message: impl Into<String>) -> Self {
		Self::new(StatusCode::BAD_REQUEST, "MALFORMED_REQUEST", message)
	}

	/// 404: no such blob, or no longer.
	pub fn not_found() -> Self {
		let message = "the requested blob ID does not exist on Walrus";
		Self::new(StatusCode::NOT_FOUND, "BLOB_NOT_FOUND", message)
	}

	/// 408: the client stopped sending.
	pub fn too_slow() -> Self {
		Self::new(StatusCode::REQUEST_TIMEOUT, "TOO_SLOW", "the blob did not arrive in time")
	}

	/// 413: the blob exceeds `limit` bytes.
	pub fn too_large(limit: u64) -> Self {
		let message = format!("the blob is larger than the limit of {limit} bytes");
		Self::new(StatusCode::PAYLOAD_TOO_LARGE, "BLOB_TOO_LARGE", message)
	}

	/// 416: the blob of `size` bytes has no such part.
	pub fn no_such_range(size: u64) -> Self {
		let message = format!("the requested range is outside of the {size} bytes of the blob");
		Self::new(StatusCode::RANGE_NOT_SATISFIABLE, "INVALID_BYTE_RANGE", message)
	}

	/// 500: something on our side; the cause is for the log only.
	pub fn internal(cause: impl std::fmt::Display) -> Self {
		tracing::error!(%cause, "request failed");
		Self::new(StatusCode::INTERNAL_SERVER_ERROR, "INTERNAL", "an internal error occurred")
	}

	/// 404 and 405: no such path or method.
	pub fn no_such_route(code: StatusCode) -> Self {
		Self::new(code, "ROUTE_NOT_FOUND", "the API has no such request")
	}

	fn new(code: StatusCode, reason: &'static str, message: impl Into<String>) -> Self {
		Self { code, reason, message: message.into() }
	}

	/// Walrus' names for kinds of errors, those of google.rpc.Code.
	fn status(&self) -> &'static str {
		match self.code {
			StatusCode::BAD_REQUEST => "INVALID_ARGUMENT",
			StatusCode::NOT_FOUND => "NOT_FOUND",
			StatusCode::METHOD_NOT_ALLOWED => "UNIMPLEMENTED",
			StatusCode::REQUEST_TIMEOUT => "DEADLINE_EXCEEDED",
			StatusCode::PAYLOAD_TOO_LARGE => "FAILED_PRECONDITION",
			StatusCode::RANGE_NOT_SATISFIABLE => "OUT_OF_RANGE",
			_ => "INTERNAL",
		}
	}
}

impl IntoResponse for Failure {
	fn into_response(self) -> Response {
		let error = ErrorBody {
			status: self.status().into(),
			code: self.code.as_u16(),
			message: self.message,
			details: vec![json!({
				"@type": "ErrorInfo",
				"reason": self.reason,
				"domain": "daemon.walrus.space",
			})],
		};
		(self.code, Json(ErrorAnswer { error })).into_response()
	}
}
