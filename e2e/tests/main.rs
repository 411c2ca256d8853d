//! End-to-end tests: the real node, real workers, the local store, real models and polkadot.js.
//!
//! They run one after the other, whatever the number of test threads: a network wants the machine for
//! itself. Starting one takes a while, so what can share a network is one test of several steps.

mod bad_input;
mod crashes;
mod escalation;
mod invalid_jobs;
mod lifecycle;
mod outages;
mod receipts;
mod reviews;
mod similar;
mod wallet;
