mod hand_over;
mod invariants;
mod keys;
mod random_calls;
mod scenario;
mod take_back;
