mod draw;
mod expiry;
mod invariants;
mod random;
mod scenario;
mod settlement;
mod submit;
mod views;
