mod add_variant;
mod catalog;
mod invariants;
mod publish;
mod random_calls;
mod scenario;
