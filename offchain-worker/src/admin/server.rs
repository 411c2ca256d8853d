//! The worker's side.

use std::{
	io,
	net::{SocketAddr, TcpListener},
	path::PathBuf,
	sync::{Arc, Mutex, PoisonError},
	task::{Context as TaskContext, Poll},
	time::Instant,
};

use jsonrpsee::{
	core::RegisterMethodError,
	server::{
		middleware::rpc::{ResponseFuture, RpcServiceBuilder, RpcServiceT},
		BatchRequestConfig, HttpRequest, MethodResponse, Server,
	},
	types::{ErrorObjectOwned, Params, Request},
	RpcModule,
};
use rand::RngCore;
use serde::Deserialize;
use subtle::ConstantTimeEq;
use tokio_util::sync::CancellationToken;
use tower::{Layer, Service};

use super::{Door, FAILED, TOO_MANY, UNAUTHORIZED};
use crate::{
	context::Context,
	health::cached_models,
	pause::{self, Pause, PauseState},
	status::Status,
	supervisor::ServiceError,
};

/// Requests a second, over time and at once. A dashboard makes one.
const RATE: f64 = 20.0;

/// Bytes of a request, at most.
const MAX_REQUEST: u32 = 16 << 10;

/// Connections at the same time, at most.
const MAX_CONNECTIONS: u32 = 16;

/// Characters of a reason that are kept.
const MAX_REASON: usize = 200;

/// Answers those who have the token.
#[derive(Clone)]
pub struct AdminServer {
	listener: Arc<TcpListener>,
	token: Arc<str>,
	inner: Arc<Inner>,
}

struct Inner {
	context: Context,
	dir: PathBuf,
	nodes: String,
}

impl AdminServer {
	/// Listens at `address`, and writes address and token into the state directory `dir`; `nodes` is
	/// for people.
	///
	/// # Errors
	/// What the system says.
	pub fn open(
		address: SocketAddr,
		dir: PathBuf,
		nodes: String,
		context: Context,
	) -> io::Result<Self> {
		let listener = TcpListener::bind(address)?;
		listener.set_nonblocking(true)?;
		let mut token = [0; 32];
		rand::rngs::OsRng.fill_bytes(&mut token);
		let token = hex::encode(token);
		let address = listener.local_addr()?;
		Door { address, token: token.clone() }.write(&dir)?;
		tracing::debug!(%address, "the admin API listens");
		let inner = Arc::new(Inner { context, dir, nodes });
		Ok(Self { listener: Arc::new(listener), token: token.into(), inner })
	}

	/// Runs until `shutdown`.
	///
	/// # Errors
	/// [`ServiceError::Failed`] if the server cannot be started.
	pub async fn run(self, shutdown: CancellationToken) -> Result<(), ServiceError> {
		let failed = |error: &dyn ToString| ServiceError::Failed(error.to_string());
		// The listener outlives a service which is started again.
		let listener = self.listener.try_clone().map_err(|error| failed(&error))?;
		let http = tower::ServiceBuilder::new().layer(Knocker(self.token));
		let rpc = RpcServiceBuilder::new().layer(Gatekeeper::default());
		let server = Server::builder()
			.http_only()
			.max_request_body_size(MAX_REQUEST)
			.max_connections(MAX_CONNECTIONS)
			.set_batch_request_config(BatchRequestConfig::Disabled)
			.set_http_middleware(http)
			.set_rpc_middleware(rpc)
			.build_from_tcp(listener)
			.map_err(|error| failed(&error))?;
		let handle = server.start(methods(self.inner).map_err(|error| failed(&error))?);
		shutdown.cancelled().await;
		let _ = handle.stop();
		handle.stopped().await;
		Ok(())
	}
}

/// Marks a request that shows the token.
#[derive(Clone, Copy)]
struct Authorized;

/// Marks requests that do.
#[derive(Clone)]
struct Knocker(Arc<str>);

impl<S> Layer<S> for Knocker {
	type Service = Knock<S>;

	fn layer(&self, service: S) -> Knock<S> {
		Knock { service, token: self.0.clone() }
	}
}

#[derive(Clone)]
struct Knock<S> {
	service: S,
	token: Arc<str>,
}

impl<B, S: Service<HttpRequest<B>>> Service<HttpRequest<B>> for Knock<S> {
	type Response = S::Response;
	type Error = S::Error;
	type Future = S::Future;

	fn poll_ready(&mut self, task: &mut TaskContext<'_>) -> Poll<Result<(), S::Error>> {
		self.service.poll_ready(task)
	}

	fn call(&mut self, request: HttpRequest<B>) -> S::Future {
		self.service.call(knock(request, &self.token))
	}
}

fn knock<B>(mut request: HttpRequest<B>, token: &str) -> HttpRequest<B> {
	let shown = request.headers().get("authorization").and_then(|value| value.to_str().ok());
	let shown = shown.and_then(|value| value.strip_prefix("Bearer ")).unwrap_or_default();
	if bool::from(shown.as_bytes().ct_eq(token.as_bytes())) {
		request.extensions_mut().insert(Authorized);
	}
	request
}

/// Lets through what is authorized and not too much.
#[derive(Clone, Default)]
struct Gatekeeper(Arc<Bucket>);

impl<S> Layer<S> for Gatekeeper {
	type Service = Gate<S>;

	fn layer(&self, service: S) -> Gate<S> {
		Gate { service, bucket: self.0.clone() }
	}
}

#[derive(Clone)]
struct Gate<S> {
	service: S,
	bucket: Arc<Bucket>,
}

impl<'a, S: RpcServiceT<'a>> RpcServiceT<'a> for Gate<S> {
	type Future = ResponseFuture<S::Future>;

	fn call(&self, request: Request<'a>) -> Self::Future {
		// Those without the token must not use up the requests of those who have it.
		let refusal = if request.extensions().get::<Authorized>().is_none() {
			let message = "unauthorized: show the token of admin.json in the state directory as \
				`Authorization: Bearer TOKEN`";
			ErrorObjectOwned::owned::<()>(UNAUTHORIZED, message, None)
		} else if !self.bucket.take() {
			let message = format!("too many requests: at most {RATE} a second");
			ErrorObjectOwned::owned::<()>(TOO_MANY, message, None)
		} else {
			return ResponseFuture::future(self.service.call(request));
		};
		ResponseFuture::ready(MethodResponse::error(request.id, refusal))
	}
}

/// Fills at [`RATE`], and holds one second of it.
struct Bucket(Mutex<(Instant, f64)>);

impl Default for Bucket {
	fn default() -> Self {
		Self(Mutex::new((Instant::now(), RATE)))
	}
}

impl Bucket {
	fn take(&self) -> bool {
		let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
		let (then, left) = *state;
		let now = Instant::now();
		let left = (left + now.duration_since(then).as_secs_f64() * RATE).min(RATE);
		let enough = left >= 1.0;
		*state = (now, if enough { left - 1.0 } else { left });
		enough
	}
}

#[derive(Deserialize)]
struct PauseParams {
	reason: String,
	#[serde(default)]
	hand_back: bool,
}

fn methods(inner: Arc<Inner>) -> Result<RpcModule<Inner>, RegisterMethodError> {
	type Answer<T> = Result<T, ErrorObjectOwned>;
	let mut module = RpcModule::from_arc(inner);
	module.register_blocking_method("worker_status", |_, inner, _| -> Answer<_> {
		Ok(inner.status())
	})?;
	module.register_blocking_method("worker_jobs", |_, inner, _| -> Answer<_> {
		Ok(inner.status().jobs)
	})?;
	module.register_blocking_method("worker_models", |_, inner, _| -> Answer<_> {
		Ok(cached_models(&inner.dir))
	})?;
	module.register_blocking_method("worker_pause", |params, inner, _| inner.pause(&params))?;
	module.register_blocking_method("worker_resume", |_, inner, _| {
		inner.decide(|state| {
			state.operator = None;
			state.draining = false;
		})
	})?;
	module.register_blocking_method("worker_drain", |_, inner, _| {
		inner.decide(|state| state.draining = true)
	})?;
	Ok(module)
}

impl Inner {
	fn status(&self) -> Status {
		let board = self.context.board.borrow().clone();
		Status::new(&self.context, &self.nodes, &board)
	}

	fn pause(&self, params: &Params<'_>) -> Result<PauseState, ErrorObjectOwned> {
		let PauseParams { reason, hand_back } = params.parse()?;
		let reason = reason.chars().filter(|c| !c.is_control()).take(MAX_REASON).collect();
		self.decide(|state| state.operator = Some(Pause { reason, hand_back }))
	}

	/// Changes who wants the worker aside, on disk first: what was answered must outlive a crash.
	fn decide(&self, change: impl FnOnce(&mut PauseState)) -> Result<PauseState, ErrorObjectOwned> {
		let mut state = self.context.pause.borrow().clone();
		change(&mut state);
		pause::save(&self.dir, state.operator.as_ref()).map_err(|error| {
			let message = format!("cannot write this down in {}: {error}", self.dir.display());
			ErrorObjectOwned::owned::<()>(FAILED, message, None)
		})?;
		// The rules about idle machines may have changed their part meanwhile.
		self.context.pause.send_modify(|now| {
			now.operator.clone_from(&state.operator);
			now.draining = state.draining;
		});
		let state = self.context.pause.borrow().clone();
		tracing::info!(paused = state.is_paused(), reason = state.reason(), "the operator decided");
		Ok(state)
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn bucket_is_empty_when_a_second_of_requests_was_taken_at_once() {
		let bucket = Bucket::default();
		let taken = (0..100).filter(|_| bucket.take()).count();
		assert!((20..25).contains(&taken), "{taken}");
	}

	#[test]
	fn knock_marks_requests_that_show_the_token_alone() {
		for (header, marked) in [
			(Some("Bearer secret"), true),
			(Some("Bearer secre"), false),
			(Some("Bearer secrets"), false),
			(Some("secret"), false),
			(Some("Bearer "), false),
			(None, false),
		] {
			let mut request = HttpRequest::new(());
			if let Some(header) = header {
				request.headers_mut().insert("authorization", header.parse().unwrap());
			}
			let request = knock(request, "secret");
			assert_eq!(request.extensions().get::<Authorized>().is_some(), marked, "{header:?}");
		}
	}
}
