//! (in the making)
pub mod copy;
