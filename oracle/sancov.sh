#!/bin/sh
# The compiler, as cargo's workspace wrapper: adds the instrumentation that libFuzzer reads to crates
# of this workspace, and to nothing else, so that the SDK is not compiled again. Stable rustc takes
# all of these flags. Build scripts are left alone: nothing that they are linked with knows the hooks.
rustc=$1
shift
case " $* " in
*" --crate-name build_script_build "*) exec "$rustc" "$@" ;;
esac
exec "$rustc" "$@" \
	-Cpasses=sancov-module \
	-Cllvm-args=-sanitizer-coverage-level=4 \
	-Cllvm-args=-sanitizer-coverage-inline-8bit-counters \
	-Cllvm-args=-sanitizer-coverage-pc-table \
	-Cllvm-args=-sanitizer-coverage-trace-compares
