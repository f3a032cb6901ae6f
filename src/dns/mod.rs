//! Names of the members of a network, answered inside each run's namespace by its own supervisor.
//!
//! Nothing is kept: a name is looked up as the alternative name of a link, an address as the
//! lease that is a link's name, in the kernel and at the time of the query. So a member that
//! starts or stops is seen at once. Everything else goes to the servers the host asks.

mod answer;
mod members;
mod server;
mod stream;
mod upstream;

pub use answer::{Answer, Directory, answer};
pub use members::{Members, links_note};
pub use server::{Server, Sockets};
pub use upstream::Upstreams;
