//! End-to-end tests: the real node, real workers, the local store, real models and polkadot.js.
//!
//! No more than two networks run at a time, whatever the number of test threads: they share the
//! machine. Starting one takes a while, so what can share a network is one test of several steps.

mod bad_input;
mod bad_machine;
mod bad_store;
mod crashes;
mod escalation;
mod governance;
mod hostile_rpc;
mod invalid_jobs;
mod kills;
mod lifecycle;
mod operating;
mod outages;
mod private;
mod receipts;
mod reorg;
mod reviews;
mod rpc;
mod similar;
mod stopping;
mod tasks;
mod wallet;
mod websocket;
