//! The file as `tercet-worker init` writes it: every key, what it is for, and its value.

use std::fmt::Write as _;

use super::Config;

/// One `[section]` of the file.
pub struct Section {
	/// Between the brackets.
	pub name: &'static str,
	/// What it is about.
	pub about: &'static str,
	/// What can be said in it.
	pub keys: &'static [Key],
}

/// One key of a section.
pub struct Key {
	/// Before the `=`.
	pub name: &'static str,
	/// What it is for.
	pub about: &'static str,
	/// What could be written, in TOML, where nothing is said by default.
	pub example: &'static str,
}

const fn key(name: &'static str, about: &'static str, example: &'static str) -> Key {
	Key { name, about, example }
}

/// The whole file, in order.
pub const SECTIONS: &[Section] = &[
	Section {
		name: "state",
		about: "What the worker remembers.",
		keys: &[key(
			"dir",
			"Directory for journal, models, results and status. One worker per directory; keep it:\n\
			 answers that were committed can only be revealed with it.",
			"\"/var/lib/tercet-worker\"",
		)],
	},
	Section {
		name: "chain",
		about: "The network, through a node; best one's own.",
		keys: &[key(
			"nodes",
			"WebSocket addresses of nodes. When one is lost, the next is asked.",
			"[\"ws://127.0.0.1:9944\"]",
		)],
	},
	Section {
		name: "key",
		about: "Who the worker is.",
		keys: &[
			key(
				"file",
				"File with the secret URI of the worker's key: a mnemonic, or 0x and 64 digits. Nobody\n\
				 but the worker should be able to read it.",
				"\"worker.key\"",
			),
			key(
				"account",
				"The provider, if the key above is not its own but a proxy of it, which can answer jobs\n\
				 and cannot move the stake. Make it one, with the provider's key:\n\
				 tercet --key COLD provider worker-key ADDRESS",
				"\"5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY\"",
			),
		],
	},
	Section {
		name: "stores",
		about: "Where models, inputs and results are: Walrus publishers and aggregators.",
		keys: &[
			key("urls", "Their addresses. When one fails, the next is asked.", "[]"),
			key("epochs", "Walrus epochs to store results for.", "5"),
			key(
				"parallel",
				"Blobs to read at the same time, and as many to write, while models run.",
				"4",
			),
		],
	},
	Section {
		name: "offers",
		about: "What is sold, and what is at stake.",
		keys: &[
			key(
				"offer",
				"What to offer, and the least price per work unit in TCT: \"all=0.001\" for everything,\n\
				 models published later included, or \"MODEL.VARIANT=PRICE\". The latter outweighs the\n\
				 former. `tercet job quote` says what others ask.",
				"[\"all=0.001\"]",
			),
			key(
				"bond",
				"Stake to have bonded, in TCT: what is missing is bonded at the start, never taken back.\n\
				 Not with a proxy's key: the provider bonds with `tercet provider bond`.",
				"\"1000\"",
			),
			key(
				"leave",
				"Whether to leave the pools on the way out, so that no jobs come while the worker is away.",
				"false",
			),
		],
	},
	Section {
		name: "device",
		about: "What runs models.",
		keys: &[
			key(
				"device",
				"\"auto\": every CUDA device that works, else the CPU. \"cpu\". \"cuda\": or fail. \"tensorrt\":\n\
				 faster, for variants compared by similarity only.",
				"",
			),
			key(
				"threads",
				"Threads inside each operator. Part of the determinism class of float variants: another\n\
				 number is another class, with offers of its own.",
				"1",
			),
			key("parallel", "Jobs to run at the same time; one on each GPU, at least.", "1"),
			key(
				"onnxruntime",
				"ONNX Runtime's shared library, if it is not where `make setup` puts it.",
				"\"/usr/local/lib/tercet/libonnxruntime.so.1.31.1\"",
			),
			key(
				"require_sandbox",
				"Whether to run no models where the system cannot lock them in completely; else the log says\n\
				 what is missing.",
				"false",
			),
		],
	},
	Section {
		name: "idle",
		about: "When the machine works for others: while all of these allow it. Without any: always.\n\
		        Outside of that, the worker leaves the pools until the machine is idle again.",
		keys: &[
			key(
				"schedule",
				"Hours in local time; those past midnight belong to the day on which they begin.",
				"[\"mon-fri 22:00-07:00\", \"sat,sun\"]",
			),
			key("gpu_utilisation_below", "While every GPU works less for others, in percent.", "10"),
			key(
				"cpu_by_others_below",
				"While others use less of the processors, in percent of all of them.",
				"30",
			),
			key(
				"user_idle_for",
				"Once nobody has touched keyboard, mouse or a terminal for so long.",
				"\"5m\"",
			),
			key("on_battery", "On battery: \"pause\", \"run\", or like \"above 50 %\".", "\"run\""),
			key("temperature_below", "While the processors are cooler, in °C.", "90"),
			key("gpu_temperature_below", "While every GPU is cooler, in °C.", "85"),
			key("free_memory_mib", "While others leave so much memory, in MiB.", "4096"),
			key("free_gpu_memory_mib", "While others leave so much of each GPU's memory.", "4096"),
			key("free_disk_mib", "While the disk of the state directory has so much space.", "1024"),
			key("pause_after", "Leave once the rules have forbidden it for so long.", "\"5s\""),
			key("resume_after", "Come back once they have allowed it for so long.", "\"1m\""),
			key(
				"notice",
				"Leave so long before the schedule ends, so that jobs in hand end in time.",
				"\"2m\"",
			),
			key(
				"on_pause",
				"Jobs in hand: \"finish\" them, or \"hand-back\", which costs a little reputation.",
				"\"finish\"",
			),
			key("finish_within", "Jobs to be finished are handed back after so long.", "\"5m\""),
			key(
				"unreadable",
				"While a rule cannot be judged, for want of a sensor say: \"pause\", or \"run\" as if it\n\
				 were not there.",
				"\"pause\"",
			),
			key("look_every", "Time between looks at the machine.", "\"3s\""),
			key(
				"ours",
				"Processes that do not count as others, with what they start: names as `ps -o comm` shows\n\
				 them.",
				"[\"tercet-node\", \"tercet-store\"]",
			),
			key(
				"price",
				"While a kWh costs less: by a table of hours, or by a `file` or a `command` (with its\n\
				 arguments) that gives the price as a number.",
				"{ below = 0.25, hours = { \"22:00-06:00\" = 0.19, \"06:00-22:00\" = 0.34 } }",
			),
		],
	},
	Section {
		name: "limits",
		about: "What jobs may take. Sizes are like \"512 MiB\", \"20 GB\" or 1000000.",
		keys: &[
			key("model", "Jobs with a larger model are handed back.", ""),
			key("input", "Jobs with a larger input are handed back.", ""),
			key(
				"disk",
				"Disk for models that were used before. When it is full, those unused for longest go.",
				"",
			),
			key(
				"memory",
				"Memory for open models. When it is full, those unused for longest close. Jobs whose model\n\
				 declares that it needs more are handed back.",
				"",
			),
		],
	},
	Section {
		name: "rewards",
		about: "The share of the era's work reward, which is minted when somebody claims it.",
		keys: &[
			key(
				"claim",
				"Whether the worker claims it. Each claim costs a fee of less than 0.001 TCT.",
				"true",
			),
			key(
				"least",
				"The least to claim, in TCT; less is left until more has come together.",
				"\"0.1\"",
			),
		],
	},
	Section {
		name: "admin",
		about: "`tercet-worker status`, `pause` and `resume` talk to the worker there. Address and token are\n\
		        in admin.json of the state directory, which the worker's user alone can read.",
		keys: &[
			key("enabled", "Whether there is such a thing.", "true"),
			key("listen", "An address of this machine; port 0 is any free one.", "\"127.0.0.1:0\""),
		],
	},
	Section {
		name: "metrics",
		about: "Figures for Prometheus at /metrics, liveness at /health.",
		keys: &[key(
			"listen",
			"Where. Choose a loopback address: there is no authentication. Nowhere if not said.",
			"\"127.0.0.1:9616\"",
		)],
	},
	Section {
		name: "log",
		about: "The log, on standard error.",
		keys: &[
			key("format", "\"text\" for people, \"json\" for programs.", ""),
			key("filter", "What is logged; $RUST_LOG outweighs it.", ""),
		],
	},
];

impl Config {
	/// The file that says this, with a comment for every key. What is not said is there as a comment.
	pub fn to_toml(&self) -> String {
		let values = toml::Table::try_from(self).unwrap_or_default();
		let mut file = String::from(
			"# What this worker does. Made by `tercet-worker init`; edit it, check it with\n\
			 # `tercet-worker doctor --config FILE`, run it with `tercet-worker run --config FILE`.\n\
			 # Options on the command line outweigh it. Paths count from the folder of this file.\n",
		);
		for Section { name, about, keys } in SECTIONS {
			let _ = write!(file, "\n{}[{name}]\n", commented(about));
			let section = values.get(*name).and_then(toml::Value::as_table);
			for Key { name, about, example } in *keys {
				let value = section.and_then(|section| section.get(*name));
				let line = match value.filter(|value| value.as_str() != Some("")) {
					Some(value) => format!("{name} = {value}"),
					None => format!("# {name} = {example}"),
				};
				let _ = write!(file, "{}{line}\n\n", commented(about));
			}
			// One empty line between sections.
			file.pop();
		}
		file
	}
}

fn commented(text: &str) -> String {
	text.lines().fold(String::new(), |commented, line| commented + "# " + line.trim() + "\n")
}

#[cfg(test)]
mod tests {
	use super::*;

	/// What serde says can be written where `text` has something that cannot.
	fn known(text: &str) -> Vec<String> {
		let error = toml::from_str::<Config>(text).unwrap_err();
		let (_, list) = error.message().split_once("expected").unwrap();
		list.split('`').skip(1).step_by(2).map(str::to_owned).collect()
	}

	#[test]
	fn sections_have_every_key_that_can_be_written_and_no_other() {
		let names: Vec<&str> = SECTIONS.iter().map(|section| section.name).collect();
		assert_eq!(known("x = 1"), names);
		for section in SECTIONS {
			let names: Vec<&str> = section.keys.iter().map(|key| key.name).collect();
			assert_eq!(known(&format!("[{}]\nnone = 1", section.name)), names);
		}
	}

	#[test]
	fn to_toml_is_read_as_what_was_written() {
		assert_eq!(Config::parse(&Config::default().to_toml()), Ok(Config::default()));
		let mut config = Config::default();
		config.state.dir = "/var/lib/tercet \"worker\"".into();
		config.key.file = Some("k".into());
		config.key.account = Some(tercet_primitives::AccountId32::new([1; 32]));
		config.offers.offer = vec!["all=0.001".parse().unwrap(), "0.1=20mTCT".parse().unwrap()];
		config.offers.bond = Some("1000.5".parse().unwrap());
		config.metrics.listen = Some(([127, 0, 0, 1], 9616).into());
		config.device.onnxruntime = Some("lib.so".into());
		assert_eq!(Config::parse(&config.to_toml()), Ok(config));
	}

	#[test]
	fn examples_can_be_written() {
		for Section { name, keys, .. } in SECTIONS {
			for key in keys.iter().filter(|key| !key.example.is_empty() && key.example != "[]") {
				let text = format!("[{name}]\n{} = {}", key.name, key.example);
				assert!(Config::parse(&text).is_ok(), "{text}");
			}
		}
	}
}
