//! End-to-end tests: the real node, real workers, the local store, real models and polkadot.js.
//!
//! Each test has a network of its own. They run one after the other, whatever the number of test
//! threads: a network wants the machine for itself.

mod bad_input;
mod crashes;
mod lifecycle;
mod outages;
mod wallet;
mod wrong_answers;
