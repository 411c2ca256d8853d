//! The duties of a worker, one service each: a struct that is made and then
//! `run(self, shutdown)`.

mod answers;
mod assignments;
mod availability;
mod execution;
mod fault;
mod fetch;
mod metrics;

pub use answers::Answers;
pub use assignments::Assignments;
pub use availability::{leave, Availability, Terms};
pub use execution::{Execution, ExecutionSettings};
pub use fault::Fault;
pub use metrics::MetricsServer;
