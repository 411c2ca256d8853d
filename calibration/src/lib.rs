//! Calibration of [`Agreement::Similar`](tercet_primitives::Agreement::Similar): how far apart the
//! fingerprints of honest machines are, how far those of a cheaper variant are from them, and which
//! `max_distance` tells the two apart.
//!
//! # How a measurement passes through
//!
//! ```text
//!  ONNX files, inputs ─▶ runner ─▶ answers (one per setting) ◀─▶ archive (other machines)
//!                                    │
//!                                    ▼
//!                                 analysis ─▶ proposal ─▶ report ─▶ table, JSON, plot
//! ```
//!
//! # Parts
//!
//! | module | what it does |
//! |---|---|
//! | [`settings`] | what honest machines may choose: device, threads, level, batch |
//! | [`runner`] | ONNX Runtime under one setting |
//! | [`answers`] | the results of one variant under all settings |
//! | [`archive`] | answers as files, so that other machines can add theirs |
//! | [`statistics`] | histograms of distances, angles, binomial tails |
//! | [`analysis`] | distances within a variant, and to what must not pass for it |
//! | [`proposal`] | the rule that turns both into a threshold, or into a refusal |
//! | [`report`], [`table`], [`plot`] | the outcome for scripts, for people, and as a picture |
//! | [`args`], [`run`] | the command line and what it does |
//!
//! ONNX Runtime is driven directly and not through the worker's engine, which has one setting by
//! design; everything else about a session is the same.

pub mod analysis;
pub mod answers;
pub mod archive;
pub mod args;
pub mod error;
pub mod plot;
pub mod proposal;
pub mod report;
pub mod run;
pub mod runner;
pub mod settings;
pub mod statistics;
pub mod table;

pub use error::Error;
