//! The daemon that a compute provider runs: it watches the chain for jobs it was drawn for, runs
//! them on ONNX Runtime, and answers with a commitment and then the result.
//!
//! # How a job passes through
//!
//! ```text
//!  best head ─▶ services::assignments ─▶ board (watch channel: block, assignments)
//!                                          │                       │
//!                                          ▼                       ▼
//!                               services::execution ─▶ journal ─▶ services::answers ─▶ chain
//!                               fetch, run, encode, store          everything due in a block
//! ```
//!
//! The chain's state at the best block is the truth. Each service looks at the newest assignments and
//! at the [`journal`], asks [`duty`] what is to be done, and does it; doing it twice is harmless. So
//! crashes, restarts, forks and lost connections need no code of their own.
//!
//! A response and its salts are on disk before the chain hears of them, and never change afterwards:
//! whatever happens, the worker resumes that response or abstains, and cannot contradict itself.
//! Everything that follows from a response, fingerprints included, is computed from what is on disk.
//!
//! # What it says about a job
//!
//! | found | said |
//! |---|---|
//! | results | [`Response::Result`] |
//! | the bytes of job, model and input show that nobody can run it | [`Response::Invalid`] |
//! | a blob that no server has, after two thirds of the commit window and several attempts | [`Response::Invalid`] |
//! | a private job whose [key](services::Keys) does not come | it waits, and abstains in the [last part](window) of the commit window |
//! | anything wrong with this machine, its settings, its store or its node | it tries again, and abstains in the [last part](window) of the commit window |
//!
//! [`Response::Result`]: tercet_primitives::Response::Result
//! [`Response::Invalid`]: tercet_primitives::Response::Invalid
//!
//! # Parts
//!
//! | module | what it does |
//! |---|---|
//! | [`engine`] | ONNX Runtime: load it, choose a device, open sessions, run batches |
//! | [`model_check`] | refuses hostile ONNX files before ONNX Runtime sees them |
//! | [`items`] | from an input's bytes to the results of its items |
//! | [`runner`] | the process in which all of that happens, and what stands around it |
//! | [`slots`] | one job on each of several devices |
//! | [`machine`] | what doctor, init and each start find out about the machine |
//! | [`selftest`] | which determinism classes this machine reproduces |
//! | [`cache`] | model files and results on disk, by content |
//! | [`journal`] | responses on disk, before they are promised |
//! | [`duty`] | what to do about an assignment: one pure function |
//! | [`window`] | when patience ends, and when to abstain |
//! | [`pause`] | who wants the worker to stand aside, and why |
//! | [`host`], [`receipts`] | the machine, and what jobs cost it |
//! | [`chain`], [`store`], [`compute`] | the outside world, behind traits |
//! | [`services`] | one struct per duty, kept running by the [`supervisor`] |
//! | [`health`], [`alerts`] | how the worker is, and what its operator should do |
//! | [`admin`] | how a running worker is reached on its machine |
//! | [`config`], [`checks`] | one commented file, and whether what it says works here |
//! | [`args`], [`init`], [`run`], [`status`], [`dashboard`] | the command line and what its commands do |

pub mod admin;
pub mod alerts;
pub mod args;
pub mod cache;
pub mod chain;
pub mod checks;
pub mod compute;
pub mod config;
pub mod context;
pub mod dashboard;
pub mod duty;
pub mod engine;
pub mod health;
pub mod host;
pub mod init;
pub mod items;
pub mod journal;
pub mod library;
pub mod machine;
pub mod metrics;
pub mod model_check;
pub mod offers;
pub mod pause;
pub mod protobuf;
pub mod receipts;
pub mod run;
pub mod runner;
pub mod selftest;
pub mod services;
pub mod slots;
pub mod status;
pub mod steps;
pub mod store;
pub mod supervisor;
pub mod window;

pub use engine::Engine;
