//! Serving the API until told to stop.

use super::{router, LocalStore};
use std::{future::Future, io, time::Duration};
use tokio::{net::TcpListener, sync::watch, time::sleep};

/// How long requests may go on after the shutdown began.
const GRACE: Duration = Duration::from_secs(10);

/// Serves `store` on `listener` until `shutdown` completes. Then no new connection is accepted, and
/// requests that are under way have ten seconds to finish.
///
/// # Errors
///
/// What the listener's socket reports.
pub async fn serve(
	listener: TcpListener,
	store: LocalStore,
	shutdown: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
	let (told, mut begun) = watch::channel(false);
	let signal = async move {
		shutdown.await;
		told.send_replace(true);
	};
	let server = axum::serve(listener, router(store)).with_graceful_shutdown(signal);
	let overdue = async {
		// An error means that the server ended, and the other branch with it.
		let _ = begun.wait_for(|begun| *begun).await;
		sleep(GRACE).await;
	};
	tokio::select! {
		result = async { server.await } => result,
		() = overdue => Ok(()),
	}
}
