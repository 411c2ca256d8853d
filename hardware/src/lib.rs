//! What this machine has and is doing, and whether it is idle enough to lend.
//!
//! ```text
//!  NVML, /proc, /sys, logind ─▶ Machine::sample ─▶ Readings ─┐
//!                                         Rules (TOML) ──────┼─▶ verdict ─▶ run, or pause and why
//!                                         Clock, State ──────┘
//!  NVML, RAPL ─▶ Meter ─▶ joules of each job
//! ```
//!
//! Every reading is best effort: what cannot be read is an [`Unreadable`] with the reason and, where
//! there is one, the remedy. Nothing here needs privileges, starts a daemon or changes a setting.
//! Whoever asks for a rule that cannot be judged on this machine is told so, and by default the
//! machine is not lent then: see [`Rules::unreadable`].
//!
//! # Parts
//!
//! | module | what it reads or decides |
//! |---|---|
//! | [`gpu`] | NVIDIA GPUs by NVML: memory, utilisation by others, power, temperature, energy |
//! | [`cpu`], [`processes`], [`memory`] | `/proc`: load by others and by us, memory that we could use |
//! | [`temperature`], [`supply`], [`rapl`] | `/sys`: sensors, battery, energy counters |
//! | [`user`] | when somebody last used keyboard, mouse or a terminal |
//! | [`price`] | what power costs now: a table, a file or a command |
//! | [`machine`] | all of that at once |
//! | [`schedule`], [`rules`], [`mod@verdict`] | the owner's rules, and what follows from them: pure |
//! | [`energy`] | joules of jobs, shared among those that run at the same time |
//!
//! Units: bytes, percent of a whole device (0–100), °C, watts, joules.

pub mod cpu;
pub mod energy;
pub mod gpu;
pub mod machine;
pub mod memory;
pub mod price;
pub mod processes;
pub mod rapl;
pub mod reading;
pub mod rules;
pub mod schedule;
pub mod span;
pub mod supply;
pub mod temperature;
pub mod user;
pub mod verdict;

pub use energy::{Energy, Meter, Metering};
pub use machine::{Machine, Readings};
pub use reading::{Reading, Roots, Unreadable};
pub use rules::Rules;
pub use span::Span;
pub use verdict::{verdict, Cause, Clock, State, Verdict};
