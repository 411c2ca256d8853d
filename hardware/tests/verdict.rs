//! The owner's rules: each of them alone, all of them together, and no flapping.

use std::time::Duration;

use jiff::civil::date;
use proptest::prelude::*;
use tercet_hardware::{
	cpu::CpuLoad,
	gpu::Gpu,
	rules::{OnBattery, WhenUnreadable},
	supply::Supply,
	verdict, Cause, Clock, Readings, Rules, Span, State, Unreadable, Verdict,
};

/// A machine that is at rest.
fn rest() -> Readings {
	Readings {
		gpus: Ok(vec![gpu()]),
		cpu: Ok(CpuLoad { by_others: 1.0, ours: 50.0 }),
		temperature: Ok(40.0),
		supply: Ok(Supply { on_battery: false, percent: Some(90) }),
		user_idle: Ok(Span::seconds(7200)),
		free_memory: Ok(32 << 30),
		free_disk: Ok(100 << 30),
		price: Ok(0.1),
	}
}

fn gpu() -> Gpu {
	Gpu {
		index: 0,
		name: "NVIDIA H200".into(),
		uuid: "GPU-1".into(),
		memory_total: Ok(24 << 30),
		memory_by_others: Ok(1 << 30),
		utilisation: Ok(90),
		utilisation_by_others: Ok(0),
		power: Ok(100.0),
		temperature: Ok(50.0),
		energy: Ok(1.0),
		processes: Ok(Vec::new()),
	}
}

/// One rule of every kind, all of which a machine at rest meets on Mondays before noon.
fn every_rule() -> Rules {
	toml::from_str(
		r#"
		schedule = ["mon 00:00-12:00"]
		gpu_utilisation_below = 10
		cpu_by_others_below = 20
		user_idle_for = "10m"
		on_battery = "above 50 %"
		temperature_below = 80
		gpu_temperature_below = 85
		free_memory_mib = 4096
		free_gpu_memory_mib = 8192
		free_disk_mib = 1024
		price = { below = 0.2, command = ["price"] }
		pause_after = "5s"
		resume_after = "60s"
		notice = "2m"
		"#,
	)
	.unwrap()
}

fn at(seconds: u64) -> Clock {
	// A Monday.
	let local = date(2026, 11, 16).at(10, 0, 0, 0);
	Clock { monotonic: Duration::from_secs(seconds), local }
}

fn first(readings: &Readings, rules: &Rules) -> Verdict {
	verdict(readings, rules, &at(0), &State::default()).0
}

#[test]
fn verdict_is_run_when_there_are_no_rules_or_all_are_met() {
	assert_eq!(first(&Readings::default(), &Rules::default()), Verdict::Run);
	assert_eq!(first(&rest(), &every_rule()), Verdict::Run);
}

/// Each case: the one rule that is set, and what breaks it.
#[test]
fn verdict_is_pause_when_any_rule_alone_is_broken() {
	let one_gpu = |change: fn(&mut Gpu)| {
		let mut gpu = gpu();
		change(&mut gpu);
		Readings { gpus: Ok(vec![self::gpu(), Gpu { index: 1, ..gpu }]), ..rest() }
	};
	let on_battery =
		|percent| Readings { supply: Ok(Supply { on_battery: true, percent }), ..rest() };
	let cases = [
		("schedule = ['tue']", rest(), Cause::Schedule),
		("schedule = ['10:01-12:00']", rest(), Cause::Schedule),
		// It ends within the notice.
		("schedule = ['09:00-10:02']\nnotice = '2m'", rest(), Cause::Schedule),
		(
			"gpu_utilisation_below = 10",
			one_gpu(|gpu| gpu.utilisation_by_others = Ok(10)),
			Cause::GpuBusy(1, 10),
		),
		(
			"gpu_temperature_below = 85",
			one_gpu(|gpu| gpu.temperature = Ok(85.0)),
			Cause::GpuHot(1, 85.0),
		),
		(
			"free_gpu_memory_mib = 8192",
			one_gpu(|gpu| gpu.memory_by_others = Ok(20 << 30)),
			Cause::GpuMemory(1, 4096),
		),
		(
			"cpu_by_others_below = 20",
			Readings { cpu: Ok(CpuLoad { by_others: 20.0, ours: 0.0 }), ..rest() },
			Cause::CpuBusy(20.0),
		),
		(
			"user_idle_for = '10m'",
			Readings { user_idle: Ok(Span::seconds(599)), ..rest() },
			Cause::User(Span::seconds(599)),
		),
		("on_battery = 'pause'", on_battery(Some(100)), Cause::Battery(Some(100))),
		("on_battery = 'above 50 %'", on_battery(Some(50)), Cause::Battery(Some(50))),
		("on_battery = 'above 50 %'", on_battery(None), Cause::Battery(None)),
		("temperature_below = 80", Readings { temperature: Ok(80.0), ..rest() }, Cause::Hot(80.0)),
		(
			"free_memory_mib = 4096",
			Readings { free_memory: Ok((4 << 30) - 1), ..rest() },
			Cause::Memory(4095),
		),
		("free_disk_mib = 1024", Readings { free_disk: Ok(1 << 20), ..rest() }, Cause::Disk(1)),
		(
			"price = { below = 0.2, file = 'p' }",
			Readings { price: Ok(0.2), ..rest() },
			Cause::Price(0.2),
		),
	];
	for (rule, readings, cause) in cases {
		let rules: Rules = toml::from_str(rule).unwrap();
		assert_eq!(first(&readings, &rules), Verdict::Pause(vec![cause]), "{rule}");
	}
}

#[test]
fn verdict_is_run_when_the_battery_has_more_than_asked_for() {
	let rules = Rules { on_battery: OnBattery::Above(50), ..Rules::default() };
	let supply = Ok(Supply { on_battery: true, percent: Some(51) });
	assert_eq!(first(&Readings { supply, ..rest() }, &rules), Verdict::Run);
}

#[test]
fn verdict_is_pause_when_a_rule_cannot_be_judged_unless_the_owner_says_otherwise() {
	let rules: Rules = toml::from_str(
		"gpu_utilisation_below = 1\ncpu_by_others_below = 1\nuser_idle_for = '1s'\n\
		 on_battery = 'pause'\ntemperature_below = 1\nfree_memory_mib = 1\nfree_disk_mib = 1\n\
		 price = { below = 1, file = 'p' }",
	)
	.unwrap();
	let Verdict::Pause(causes) = first(&Readings::default(), &rules) else { panic!() };
	assert_eq!(causes.len(), 8, "{causes:?}");
	assert!(causes.iter().all(|cause| cause.to_string().contains("nobody has looked")));
	let rules = Rules { unreadable: WhenUnreadable::Run, ..rules };
	assert_eq!(first(&Readings::default(), &rules), Verdict::Run);
}

#[test]
fn verdict_waits_before_it_changes_its_mind() {
	let (rules, busy) = (every_rule(), Readings { temperature: Ok(99.0), ..rest() });
	let mut state = State::default();
	let mut look = |seconds, readings: &Readings| {
		let (verdict, next) = verdict(readings, &rules, &at(seconds), &state);
		state = next;
		verdict
	};
	assert_eq!(look(0, &rest()), Verdict::Run);
	assert_eq!(look(10, &busy), Verdict::Run);
	assert_eq!(look(14, &busy), Verdict::Run);
	assert_eq!(look(15, &busy), Verdict::Pause(vec![Cause::Hot(99.0)]));
	assert_eq!(look(20, &rest()), Verdict::Pause(vec![Cause::Settling(Span::seconds(60))]));
	assert_eq!(look(79, &rest()), Verdict::Pause(vec![Cause::Settling(Span::seconds(1))]));
	// One bad look, and the wait starts over.
	assert_eq!(look(79, &busy), Verdict::Pause(vec![Cause::Hot(99.0)]));
	assert_eq!(look(80, &rest()), Verdict::Pause(vec![Cause::Settling(Span::seconds(60))]));
	assert_eq!(look(140, &rest()), Verdict::Run);
}

#[test]
fn verdict_wants_more_than_the_limit_when_it_comes_back() {
	let rules: Rules = toml::from_str("temperature_below = 80\nresume_after = '0s'").unwrap();
	let hot = |celsius| Readings { temperature: Ok(celsius), ..rest() };
	let (verdict_, state) = verdict(&hot(81.0), &rules, &at(0), &State::default());
	assert_eq!(verdict_, Verdict::Pause(vec![Cause::Hot(81.0)]));
	let (verdict_, state) = verdict(&hot(79.0), &rules, &at(1), &state);
	assert_eq!(verdict_, Verdict::Pause(vec![Cause::Hot(79.0)]));
	let (verdict_, _) = verdict(&hot(71.0), &rules, &at(2), &state);
	assert_eq!(verdict_, Verdict::Run);
}

#[derive(Clone, Debug)]
struct Look {
	after: u64,
	temperature: f64,
	user: u64,
	by_others: u8,
}

fn looks() -> impl Strategy<Value = Vec<Look>> {
	let look = (0u64..30, 30.0f64..120.0, 0u64..3600, 0u8..=100).prop_map(
		|(after, temperature, user, by_others)| Look { after, temperature, user, by_others },
	);
	// Long quiet stretches, too: otherwise it never comes back.
	let quiet =
		(0u64..30).prop_map(|after| Look { after, temperature: 20.0, user: 9999, by_others: 0 });
	proptest::collection::vec(prop_oneof![look, quiet.clone(), quiet], 1..200)
}

proptest! {
	/// Between two changes of mind there is at least the time that the rules ask for.
	#[test]
	fn verdict_never_changes_faster_than_the_delays(
		looks in looks(), pause_after in 0u64..20, resume_after in 0u64..60,
	) {
		let rules = Rules {
			temperature_below: Some(80),
			user_idle_for: Some(Span::seconds(300)),
			gpu_utilisation_below: Some(10),
			pause_after: Span::seconds(pause_after),
			resume_after: Span::seconds(resume_after),
			..Rules::default()
		};
		let (mut now, mut state) = (0, State::default());
		let mut last: Option<(bool, u64)> = None;
		for look in looks {
			now += look.after;
			let gpus = Ok(vec![Gpu { utilisation_by_others: Ok(look.by_others), ..gpu() }]);
			let readings = Readings {
				temperature: Ok(look.temperature),
				user_idle: Ok(Span::seconds(look.user)),
				gpus,
				..rest()
			};
			let (verdict, next) = verdict(&readings, &rules, &at(now), &state);
			state = next;
			let runs = verdict == Verdict::Run;
			match last {
				Some((before, since)) if before != runs => {
					let least = if runs { resume_after } else { pause_after };
					prop_assert!(now - since >= least, "{} s after {} s", now, since);
					last = Some((runs, now));
				},
				None => last = Some((runs, now)),
				_ => {},
			}
			if let Verdict::Pause(causes) = verdict {
				prop_assert!(!causes.is_empty());
			}
		}
	}

	/// Whatever the machine shows, it is the same whenever it is asked.
	#[test]
	fn verdict_is_a_function_of_what_it_is_given(celsius in any::<f64>(), seconds in any::<u32>()) {
		let readings = Readings { temperature: Ok(celsius), ..rest() };
		let once = verdict(&readings, &every_rule(), &at(seconds.into()), &State::default());
		let again = verdict(&readings, &every_rule(), &at(seconds.into()), &State::default());
		prop_assert_eq!(once, again);
	}

	/// A machine that is never idle enough is never lent, and one that always is, always.
	#[test]
	fn verdict_is_steady_when_the_machine_is(seconds in proptest::collection::vec(0u64..100, 1..50)) {
		let busy = Readings { user_idle: Ok(Span::seconds(0)), ..rest() };
		for (readings, expected) in [(rest(), true), (busy, false)] {
			let (mut state, mut now) = (State::default(), 0);
			for after in &seconds {
				now += after;
				let (verdict, next) = verdict(&readings, &every_rule(), &at(now), &state);
				state = next;
				prop_assert_eq!(verdict == Verdict::Run, expected);
			}
		}
	}
}

#[test]
fn causes_are_explained_to_people() {
	let readings = Readings {
		temperature: Err(Unreadable::new("no sensor")),
		user_idle: Ok(Span::seconds(30)),
		supply: Ok(Supply { on_battery: true, percent: Some(20) }),
		..rest()
	};
	let text = match first(&readings, &every_rule()) {
		Verdict::Run => panic!(),
		verdict => verdict.to_string(),
	};
	for part in ["30s ago", "on battery, 20 % left", "`temperature_below`", "no sensor"] {
		assert!(text.contains(part), "{part} in {text}");
	}
}
