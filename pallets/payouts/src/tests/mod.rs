mod distribute;
mod invariants;
mod random;
mod scenario;
mod worst_case;
