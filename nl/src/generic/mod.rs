//! TODO
use crate::attr::MessageSchema;
pub(crate) static MESSAGES: &[&[MessageSchema]] = &[];
