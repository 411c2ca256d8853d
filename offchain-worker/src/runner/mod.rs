//! Models are opened and run in a process of their own, which is thrown away when anything is odd.
//!
//! A model is somebody else's program, and the library that runs it is a million lines of C++. So the
//! worker never gives it a byte of a model or of an input. It starts `tercet-worker runner`, which
//! loads ONNX Runtime, [locks itself in](sandbox), and only then reads: an artifact to open, inputs to
//! run. They talk in [frames](protocol) over one socket, the only thing the process has open.
//!
//! ```text
//!  services::execution ─▶ Runners (idle processes, one per open model, and a spare) ─▶ Runner
//!                                                                                        │ socket
//!                                                          child: check, open, run ◀─────┘
//! ```
//!
//! # How a process can end, and what the worker says
//!
//! | end | first time | second time, in a fresh process with twice the memory |
//! |---|---|---|
//! | the model or the input is refused by what its bytes hold | invalid | |
//! | no memory within what the [record promises](memory) | again | invalid: out of memory |
//! | killed by a signal of its own making (SIGSEGV, SIGABRT, SIGSYS, …), or a panic | again | invalid: model refused |
//! | ONNX Runtime's error about the graph, in a class of equal bits on CPUs | again | invalid: model refused |
//! | results, after one of these | | hands back |
//! | out of CPU or wall-clock time, or the window closes | hands back | |
//! | anything else: ONNX Runtime's errors, SIGKILL from outside, no process, no free memory | again, later | hands back in time |
//!
//! An answer and an *invalid* from two honest executors would cost one of them stake. What depends on
//! the machine is therefore never said: time depends on it, so it only ever hands back. Memory depends
//! on it a little, by what instruction sets and thread counts make of the same graph, which is why
//! there is a band between what is answered and what is called invalid; see [`memory`].

mod child;
pub mod memory;
mod model;
mod open;
mod parent;
mod pool;
pub mod protocol;
pub mod sandbox;
mod seccomp;
mod spawner;

pub use child::{main, RunnerArgs};
pub use parent::{Runner, RunnerSettings};
pub use pool::Runners;
