//! Every reader, on machines made of files.

mod common;

use std::{fs::FileTimes, time::Duration};

use common::Tree;
use tercet_hardware::{
	cpu::CpuTimes, gpu::Gpus, machine::Machine, memory, processes::Ours, rapl, supply, temperature,
	user::User, Meter, Rules, Span,
};

fn ours(tree: &Tree, friends: &[&str]) -> Ours {
	let friends: Vec<String> = friends.iter().map(|name| (*name).into()).collect();
	Ours::read(&tree.roots().proc, std::process::id(), &friends).unwrap()
}

#[test]
fn ours_are_the_worker_its_children_and_its_friends() {
	let me = std::process::id();
	let tree = Tree::idle()
		.process(500_000, me, "runner) S 1 (", 40)
		.process(500_001, 500_000, "helper", 2)
		.process(500_002, 1, "tercet-node", 1000)
		.process(500_003, 500_002, "child", 1)
		.process(500_004, 1, "game", 9999)
		.file("proc/500005/stat", "broken")
		.file("proc/self/stat", "not a number");
	let alone = ours(&tree, &[]);
	assert_eq!(alone.pids.into_iter().collect::<Vec<_>>(), {
		let mut pids = vec![me, 500_000, 500_001];
		pids.sort_unstable();
		pids
	});
	assert_eq!((alone.ticks, alone.resident), (242, 3 << 20));
	assert_eq!(ours(&tree, &["tercet-node"]).ticks, 1243);
	assert!(Ours::read(&tree.path("nowhere"), me, &[]).is_err());
	assert!(Ours::read(&tree.roots().proc, 499_999, &[]).is_err());
}

#[test]
fn load_is_split_between_us_and_others() {
	let tree = Tree::idle();
	let before = CpuTimes::read(&tree.roots().proc, &ours(&tree, &[])).unwrap();
	assert!(before.load_since(&before).is_err());
	// 1000 ticks of all processors: 300 busy, 200 of these ours; 100 stolen by a hypervisor.
	let tree = tree.file("proc/stat", "cpu  1200 50 1040 398590 10 5 5 100 0 0\n").process(
		std::process::id(),
		1,
		"tercet-worker",
		400,
	);
	let after = CpuTimes::read(&tree.roots().proc, &ours(&tree, &[])).unwrap();
	let load = after.load_since(&before).unwrap();
	assert_eq!((load.by_others, load.ours), (10.0, 20.0));
}

#[test]
fn load_is_unreadable_when_the_file_is_odd() {
	for content in ["", "cpu\n", "cpu  1 2 3\n", "cpu  1 2 x 4 5 6 7 8\n"] {
		let tree = Tree::idle().file("proc/stat", content);
		assert!(CpuTimes::read(&tree.roots().proc, &Ours::default()).is_err(), "{content}");
	}
}

#[test]
fn memory_is_what_is_available_and_what_is_ours() {
	let tree = Tree::idle();
	let free = memory::free_of_others(&tree.roots().proc, &ours(&tree, &[]));
	assert_eq!(free, Ok((8 << 30) + (1 << 20)));
	let tree = tree.file("proc/meminfo", "MemTotal: 1 kB\n");
	assert!(memory::free_of_others(&tree.roots().proc, &Ours::default()).is_err());
	assert!(memory::free_disk(tree.root()).unwrap() > 0);
	assert!(memory::free_disk(&tree.path("nowhere")).is_err());
}

#[test]
fn temperature_is_that_of_the_hottest_processor() {
	let tree = Tree::idle()
		.file("sys/class/hwmon/hwmon0/temp3_input", "61500\n")
		.file("sys/class/hwmon/hwmon0/temp4_input", "-274000\n")
		.file("sys/class/hwmon/hwmon1/name", "nvme\n")
		.file("sys/class/hwmon/hwmon1/temp1_input", "80000\n")
		.file("sys/class/thermal/thermal_zone0/type", "acpitz\n")
		.file("sys/class/thermal/thermal_zone0/temp", "90000\n");
	assert_eq!(temperature::processors(&tree.roots().sys), Ok(61.5));
}

#[test]
fn temperature_is_that_of_a_zone_when_there_is_no_sensor() {
	let tree = Tree::new()
		.file("sys/class/thermal/cooling_device0/type", "Fan\n")
		.file("sys/class/thermal/thermal_zone0/type", "acpitz\n")
		.file("sys/class/thermal/thermal_zone0/temp", "70000\n");
	assert_eq!(temperature::processors(&tree.roots().sys), Ok(70.0));
	let tree = tree
		.file("sys/class/thermal/thermal_zone1/type", "x86_pkg_temp\n")
		.file("sys/class/thermal/thermal_zone1/temp", "50000\n");
	assert_eq!(temperature::processors(&tree.roots().sys), Ok(50.0));
	assert!(temperature::processors(&Tree::new().roots().sys).is_err());
}

fn battery(status: &str, capacity: &str) -> Tree {
	Tree::new()
		.file("sys/class/power_supply/BAT0/type", "Battery\n")
		.file("sys/class/power_supply/BAT0/present", "1\n")
		.file("sys/class/power_supply/BAT0/status", status)
		.file("sys/class/power_supply/BAT0/capacity", capacity)
}

#[test]
fn supply_is_the_battery_when_nothing_is_plugged_in() {
	let read = |tree: &Tree| {
		let supply = supply::supply(&tree.roots().sys).unwrap();
		(supply.on_battery, supply.percent)
	};
	let tree = battery("Discharging\n", "40\n").file("sys/class/power_supply/AC/type", "Mains\n");
	let tree = tree.file("sys/class/power_supply/AC/online", "0\n");
	assert_eq!(read(&tree), (true, Some(40)));
	let tree = tree.file("sys/class/power_supply/AC/online", "1\n");
	assert_eq!(read(&tree), (false, Some(40)));
	assert_eq!(read(&battery("Full", "100")), (false, Some(100)));
	assert_eq!(read(&Tree::new()), (false, None));
	// Of a mouse, and an empty bay.
	let tree = Tree::new()
		.file("sys/class/power_supply/mouse/type", "Battery\n")
		.file("sys/class/power_supply/mouse/scope", "Device\n")
		.file("sys/class/power_supply/mouse/status", "Discharging\n")
		.file("sys/class/power_supply/BAT1/type", "Battery\n")
		.file("sys/class/power_supply/BAT1/present", "0\n");
	assert_eq!(read(&tree), (false, None));
	// A second battery: the mean.
	let tree = battery("Discharging", "40")
		.file("sys/class/power_supply/BAT1/type", "Battery\n")
		.file("sys/class/power_supply/BAT1/status", "Unknown\n")
		.file("sys/class/power_supply/BAT1/capacity", "80\n");
	assert_eq!(read(&tree), (true, Some(60)));
}

#[test]
fn supply_is_unreadable_when_a_battery_says_nothing() {
	let tree = Tree::new().file("sys/class/power_supply/BAT0/type", "Battery\n");
	assert!(supply::supply(&tree.roots().sys).is_err());
}

fn rapl_tree() -> Tree {
	let zone = |tree: Tree, id: &str, name: &str, energy: &str| {
		tree.file(&format!("sys/class/powercap/{id}/name"), name)
			.file(&format!("sys/class/powercap/{id}/energy_uj"), energy)
			.file(&format!("sys/class/powercap/{id}/max_energy_range_uj"), "10000000\n")
	};
	let tree = zone(Tree::new(), "intel-rapl:0", "package-0\n", "9000000\n");
	let tree = zone(tree, "intel-rapl:0:0", "core\n", "5000000\n");
	let tree = zone(tree, "intel-rapl:0:1", "dram\n", "100\n");
	let tree = zone(tree, "intel-rapl:1", "psys\n", "1\n");
	let tree = zone(tree, "intel-rapl-mmio:0", "package-0\n", "9000000\n");
	tree.file("sys/class/powercap/intel-rapl/enabled", "1\n")
}

#[test]
fn rapl_counts_packages_and_memory_once() {
	let counters = rapl::counters(&rapl_tree().roots().sys).unwrap();
	let domains: Vec<&str> = counters.iter().map(|counter| counter.domain.as_str()).collect();
	assert_eq!(domains, ["package-0", "package-0/dram"]);
}

#[test]
fn rapl_goes_on_when_a_counter_starts_over() {
	let tree = rapl_tree();
	let mut package = rapl::counters(&tree.roots().sys).unwrap().remove(0);
	assert_eq!(package.joules(), Ok(0.0));
	let tree = tree.file("sys/class/powercap/intel-rapl:0/energy_uj", "9500000\n");
	assert_eq!(package.joules(), Ok(0.5));
	let tree = tree.file("sys/class/powercap/intel-rapl:0/energy_uj", "250000\n");
	assert_eq!(package.joules(), Ok(1.25));
	drop(tree);
	assert!(package.joules().is_err());
}

#[test]
fn rapl_says_what_to_do_when_it_may_not_be_read() {
	let tree = Tree::new()
		.file("sys/class/powercap/intel-rapl:0/name", "package-0\n")
		// Whoever runs the tests as root may read everything; a directory nobody can.
		.file("sys/class/powercap/intel-rapl:0/energy_uj/x", "");
	let reason = rapl::counters(&tree.roots().sys).unwrap_err();
	assert!(reason.0.contains("udev"), "{reason}");
	let reason = rapl::counters(&Tree::new().roots().sys).unwrap_err();
	assert!(reason.0.contains("no energy counters"), "{reason}");
}

#[test]
fn user_was_here_when_a_terminal_was_read_last() {
	let tree = Tree::idle().file("dev/pts/3", "").file("dev/tty2", "").file("dev/pts/ptmx", "");
	let touch = |path: &str, ago: u64| {
		let then = std::time::SystemTime::now() - Duration::from_secs(ago);
		let times = FileTimes::new().set_accessed(then);
		std::fs::File::open(tree.path(path)).unwrap().set_times(times).unwrap();
	};
	touch("dev/tty2", 3000);
	touch("dev/pts/3", 120);
	let idle = User::default().idle_for(&tree.roots()).unwrap().as_secs();
	assert!((119..=125).contains(&idle), "{idle}");
}

#[test]
fn user_was_here_when_the_keyboard_interrupted() {
	let tree =
		Tree::idle().file("proc/interrupts", "  CPU0 CPU1\n  1:  5  5  IO-APIC  1-edge  i8042\n");
	let mut user = User::default();
	let idle = user.idle_for(&tree.roots()).unwrap().as_secs();
	assert!((3599..=3602).contains(&idle), "since the machine started: {idle}");
	let tree = tree.file("proc/interrupts", "  CPU0 CPU1\n  1:  5  6  IO-APIC  1-edge  i8042\n");
	assert!(user.idle_for(&tree.roots()).unwrap().as_secs() < 3);
}

const LOGINCTL: &str = r#"
case "$1" in
	list-sessions) echo "2 1000 ada seat0 tty2"; echo "c1 42 gdm seat0 tty1" ;;
	show-session)
		case "$2" in
			2) echo Class=user; echo State=active; echo IdleHint=HINT; echo IdleSinceHint=SINCE ;;
			*) echo Class=greeter; echo State=active; echo IdleHint=no ;;
		esac ;;
esac"#;

#[test]
fn user_was_here_when_a_desktop_says_so() {
	let tree = Tree::idle().script(&LOGINCTL.replace("HINT", "no"));
	assert!(User::default().idle_for(&tree.roots()).unwrap().as_secs() < 3);
	let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
	let since = (now.as_micros() - 600_000_000).to_string();
	let script = LOGINCTL.replace("IdleHint=HINT", "IdleHint=yes").replace("SINCE", &since);
	let tree = tree.script(&script);
	let idle = User::default().idle_for(&tree.roots()).unwrap().as_secs();
	assert!((599..=605).contains(&idle), "{idle}");
	// Nobody is logged in.
	let tree = tree.script("exit 0");
	let idle = User::default().idle_for(&tree.roots()).unwrap().as_secs();
	assert!((3599..=3602).contains(&idle), "{idle}");
}

#[test]
fn user_is_unreadable_when_there_is_no_source() {
	let reason = User::default().idle_for(&Tree::idle().roots()).unwrap_err();
	assert!(reason.0.contains("loginctl"), "{reason}");
}

#[test]
fn machine_reads_everything_at_once() {
	let tree = Tree::idle().script("exit 0");
	let mut machine = Machine::open(tree.roots(), tree.root());
	let tree = tree.file("proc/stat", "cpu  1100 0 1000 398900 0 0 0 0 0 0\n");
	let readings = machine.sample(&Rules::default());
	assert_eq!(readings.cpu.as_ref().unwrap().by_others, 10.0);
	assert_eq!(readings.temperature, Ok(45.0));
	assert!(!readings.supply.as_ref().unwrap().on_battery);
	assert!(readings.user_idle.as_ref().unwrap() > &Span::seconds(3000));
	assert!(readings.free_memory.is_ok() && readings.free_disk.is_ok());
	assert!(readings.gpus.is_err() && readings.price.is_err());
	let rules = Rules::proposed(&readings);
	assert_eq!((rules.temperature_below, rules.gpu_utilisation_below), (Some(90), None));
	// As status shows it.
	let line = readings.to_string();
	assert!(
		line.starts_with("processors 0 % ours, 10 % others'; 45 °C; nobody here for "),
		"{line}"
	);
	let json = serde_json::to_string(&readings).unwrap();
	assert_eq!(serde_json::from_str::<tercet_hardware::Readings>(&json).unwrap(), readings);
	drop(tree);
}

/// The machine that these tests run on, whatever it is.
#[test]
fn machine_says_why_when_this_one_does_not_tell() {
	let mut machine = Machine::open(Default::default(), ".");
	std::thread::sleep(Duration::from_millis(200));
	let readings = machine.sample(&Rules::default());
	println!("{readings:#?}");
	let cpu = readings.cpu.unwrap();
	assert!((0.0..=100.0).contains(&(cpu.by_others + cpu.ours)), "{cpu:?}");
	assert!(readings.free_memory.unwrap() > 0);
}

#[test]
fn gpus_show_plausible_values_when_there_are_any() {
	let gpus = match Gpus::open() {
		Ok(gpus) => gpus,
		Err(reason) => return println!("skipped: {reason}"),
	};
	println!("{:?}", gpus.driver().unwrap());
	let ours = [std::process::id()].into();
	for gpu in gpus.read(&ours, "/proc".as_ref()).unwrap() {
		println!("{gpu:#?}");
		assert!(gpu.memory_total.unwrap() > 0);
		assert!(gpu.utilisation.unwrap() <= 100);
	}
	let (meter, missing) = Meter::open("/sys".as_ref(), &Ok(gpus.into()));
	println!("energy of {:?}; not of {missing:?}", meter.sources());
	let meter = std::sync::Arc::new(meter);
	let metering = meter.start(Some(0));
	std::thread::sleep(Duration::from_millis(500));
	println!("idle for half a second: {}", metering.finish());
}
