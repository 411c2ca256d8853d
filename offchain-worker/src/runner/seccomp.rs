//! The system calls that are left to a runner.

use std::collections::BTreeMap;

use seccompiler::{
	apply_filter_all_threads, BpfProgram, SeccompAction, SeccompCmpArgLen as Length,
	SeccompCmpOp as Op, SeccompCondition as Condition, SeccompFilter, SeccompRule as Rule,
};

use crate::engine::Device;

type Rules = BTreeMap<i64, Vec<Rule>>;

/// No file, no network, no program, no other process: what is left is memory, threads, clocks and the
/// descriptors that are open.
///
/// Calls that only an attack makes kill the process, so that it is noticed. Others are refused, as
/// libraries ask for this and that and live without it.
pub(super) fn compute_only(device: Device) -> Result<(), String> {
	let refused = SeccompAction::Errno(libc::EPERM as u32);
	if device != Device::Cpu {
		// The driver's libraries may look for a service of theirs.
		return apply(rules(FATAL), refused, SeccompAction::Allow);
	}
	apply(rules(FATAL), SeccompAction::KillProcess, SeccompAction::Allow)?;
	// The flags of `clone3` lie in memory, where no filter can see them; the C library goes back to
	// `clone` where the kernel does not know `clone3`.
	let clone3 = rules(&[libc::SYS_clone3]);
	apply(clone3, SeccompAction::Errno(libc::ENOSYS as u32), SeccompAction::Allow)?;
	apply(needed()?, SeccompAction::Allow, refused)
}

/// No thread more than there are.
pub(super) fn no_more_threads() -> Result<(), String> {
	let clone = rules(&[libc::SYS_clone]);
	apply(clone, SeccompAction::Errno(libc::EAGAIN as u32), SeccompAction::Allow)
}

fn apply(rules: Rules, listed: SeccompAction, others: SeccompAction) -> Result<(), String> {
	let said = |error: &dyn std::fmt::Display| error.to_string();
	let architecture = std::env::consts::ARCH
		.try_into()
		.map_err(|_| format!("there are no filters for {}", std::env::consts::ARCH))?;
	let filter =
		SeccompFilter::new(rules, others, listed, architecture).map_err(|error| said(&error))?;
	let program: BpfProgram = filter.try_into().map_err(|error| said(&error))?;
	apply_filter_all_threads(&program).map_err(|error| said(&error))
}

fn rules(calls: &[i64]) -> Rules {
	calls.iter().map(|call| (*call, Vec::new())).collect()
}

/// What computing needs.
fn needed() -> Result<Rules, String> {
	let mut rules = rules(NEEDED);
	let mut only = |call: i64, argument: u8, op: Op, value: u64| -> Result<(), String> {
		let condition = Condition::new(argument, Length::Qword, op, value)
			.map_err(|error| error.to_string())?;
		let rule = Rule::new(vec![condition]).map_err(|error| error.to_string())?;
		rules.entry(call).or_default().push(rule);
		Ok(())
	};
	// Memory that is written to is never executed.
	let executable = libc::PROT_EXEC as u64;
	only(libc::SYS_mmap, 2, Op::MaskedEq(executable), 0)?;
	only(libc::SYS_mprotect, 2, Op::MaskedEq(executable), 0)?;
	// Threads of this process, not processes.
	let thread = libc::CLONE_THREAD as u64;
	only(libc::SYS_clone, 0, Op::MaskedEq(thread), thread)?;
	// `abort` signals its own thread; nobody else is to be signalled.
	only(libc::SYS_tgkill, 0, Op::Eq, u64::from(std::process::id()))?;
	// One more filter can only take more away; the crate asks for this before each.
	only(libc::SYS_prctl, 0, Op::Eq, libc::PR_SET_NO_NEW_PRIVS as u64)?;
	// Limits may be read. They are set from outside.
	only(libc::SYS_prlimit64, 2, Op::Eq, 0)?;
	Ok(rules)
}

const NEEDED: &[i64] = &[
	// The socket, the standard streams, and putting them away.
	libc::SYS_read,
	libc::SYS_readv,
	libc::SYS_pread64,
	libc::SYS_write,
	libc::SYS_writev,
	libc::SYS_recvfrom,
	libc::SYS_sendto,
	libc::SYS_recvmsg,
	libc::SYS_sendmsg,
	libc::SYS_close,
	libc::SYS_fstat,
	libc::SYS_lseek,
	libc::SYS_ppoll,
	// Memory.
	libc::SYS_brk,
	libc::SYS_munmap,
	libc::SYS_mremap,
	libc::SYS_madvise,
	libc::SYS_clone3,
	// Threads.
	libc::SYS_futex,
	libc::SYS_set_robust_list,
	libc::SYS_get_robust_list,
	libc::SYS_rseq,
	libc::SYS_sched_yield,
	libc::SYS_sched_getaffinity,
	libc::SYS_sched_getparam,
	libc::SYS_sched_getscheduler,
	libc::SYS_membarrier,
	libc::SYS_getcpu,
	libc::SYS_exit,
	libc::SYS_exit_group,
	// Signals to itself.
	libc::SYS_rt_sigaction,
	libc::SYS_rt_sigprocmask,
	libc::SYS_rt_sigreturn,
	libc::SYS_sigaltstack,
	libc::SYS_restart_syscall,
	// Time, and who one is.
	libc::SYS_clock_gettime,
	libc::SYS_clock_getres,
	libc::SYS_clock_nanosleep,
	libc::SYS_nanosleep,
	libc::SYS_gettimeofday,
	libc::SYS_getrusage,
	libc::SYS_getpid,
	libc::SYS_gettid,
	libc::SYS_getrandom,
	libc::SYS_uname,
	// Filters.
	libc::SYS_seccomp,
];

/// What only an attack would try.
const FATAL: &[i64] = &[
	libc::SYS_execve,
	libc::SYS_execveat,
	#[cfg(target_arch = "x86_64")]
	libc::SYS_fork,
	#[cfg(target_arch = "x86_64")]
	libc::SYS_vfork,
	libc::SYS_kill,
	libc::SYS_tkill,
	libc::SYS_rt_sigqueueinfo,
	libc::SYS_rt_tgsigqueueinfo,
	libc::SYS_pidfd_open,
	libc::SYS_pidfd_getfd,
	libc::SYS_pidfd_send_signal,
	libc::SYS_ptrace,
	libc::SYS_process_vm_readv,
	libc::SYS_process_vm_writev,
	libc::SYS_socket,
	libc::SYS_connect,
	libc::SYS_bind,
	libc::SYS_listen,
	libc::SYS_accept,
	libc::SYS_accept4,
	libc::SYS_mount,
	libc::SYS_umount2,
	libc::SYS_pivot_root,
	libc::SYS_chroot,
	libc::SYS_setns,
	libc::SYS_unshare,
	libc::SYS_bpf,
	libc::SYS_perf_event_open,
	libc::SYS_userfaultfd,
	libc::SYS_io_uring_setup,
	libc::SYS_keyctl,
	libc::SYS_add_key,
	libc::SYS_request_key,
	libc::SYS_init_module,
	libc::SYS_finit_module,
	libc::SYS_delete_module,
	libc::SYS_kexec_load,
	libc::SYS_reboot,
	libc::SYS_swapon,
	libc::SYS_name_to_handle_at,
	libc::SYS_open_by_handle_at,
	libc::SYS_setuid,
	libc::SYS_setgid,
	libc::SYS_capset,
];
