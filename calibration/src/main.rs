//! `tercet-calibrate`: finds the threshold of `Similar` agreement for a model.

use std::process::ExitCode;

use clap::Parser;
use tercet_calibration::{args::Args, run};

fn main() -> ExitCode {
	match run::run(&Args::parse()) {
		Ok(()) => ExitCode::SUCCESS,
		Err(error) => {
			eprintln!("error: {error}");
			ExitCode::FAILURE
		},
	}
}
