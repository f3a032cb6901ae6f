//! Generic netlink: families that the kernel numbers as it runs, and the controller that knows
//! their numbers (`linux/genetlink.h`).
//!
//! Ask the controller for a family by name; its [`ID`] is the message type of that family's
//! messages, which begin with the same [`GenHeader`].
//!
//! ```
//! use nl::generic::{self, Command, GenHeader};
//! use nl::{Batch, Flags};
//!
//! let mut buf = [0; 64];
//! let mut batch = Batch::new(&mut buf, 1);
//! batch.push(generic::CONTROL, Flags::empty(), GenHeader::from(Command::GETFAMILY), |m| {
//!     m.put(generic::FAMILY_NAME, "wireguard");
//! });
//! assert_eq!(batch.finish().unwrap().len(), 36);
//! ```

pub mod group;
pub mod operation;
pub mod policy;

use group::Group;
use operation::Operation;
use policy::OperationPolicy;

use crate::attr::{Indexed, MessageSchema, Nest, attributes, messages};
use crate::value::{Bytes, Str, U16, U32, bits, numbers};
use crate::wire::header;

messages! {
    /// A message to or from the controller, whose number is fixed.
    CONTROL: GenHeader, Control = 0x10, "GENL_ID_CTRL";
}

pub(crate) static TABLES: &[&[MessageSchema]] = &[MESSAGES];

header! {
    /// `struct genlmsghdr`.
    ///
    /// ```text
    ///  0    1    2         4
    ///  +----+----+---------+
    ///  | cmd| ver|         |
    ///  +----+----+---------+
    /// ```
    GenHeader = "genlmsghdr", 4 {
        /// Command, in the family's own numbers; the controller's are [`Command`].
        command: u8, 0, native;
        /// Version of the family.
        version: u8, 1, native;
    }
}

impl From<Command> for GenHeader {
    /// A request to the controller.
    fn from(command: Command) -> Self {
        GenHeader { command: command.0, version: 2 }
    }
}

attributes! {
    /// What the controller says about a family (`CTRL_ATTR_*`).
    Control = "CTRL_ATTR" {
        /// Its number: the type of its messages.
        FAMILY_ID: U16 = 1;
        /// Its name: 1 to 15 bytes.
        FAMILY_NAME: Str = 2;
        /// Its version.
        VERSION: U32 = 3;
        /// Bytes of its own fixed struct.
        HDRSIZE: U32 = 4;
        /// Its greatest attribute number.
        MAXATTR: U32 = 5;
        /// Its commands.
        OPS: Nest<Indexed<Nest<Operation>>> = 6;
        /// Its multicast groups.
        MCAST_GROUPS: Nest<Indexed<Nest<Group>>> = 7;
        /// Its policies, by number and attribute.
        POLICY: Bytes = 8;
        /// Which policy each command has.
        OP_POLICY: Nest<Indexed<Nest<OperationPolicy>>> = 9;
        /// Command to tell the policy of.
        OP: U32 = 10;
    }
}

/// [`FAMILY_ID`] under a shorter name.
pub use FAMILY_ID as ID;

numbers! {
    /// Commands of the controller.
    Command: u8, native, "CTRL_CMD_" {
        /// A family appeared; also every reply about one.
        NEWFAMILY = 1;
        /// A family went.
        DELFAMILY = 2;
        /// Ask for a family by name or number, or for all.
        GETFAMILY = 3;
        /// A command appeared.
        NEWOPS = 4;
        /// A command went.
        DELOPS = 5;
        /// Ask for commands.
        GETOPS = 6;
        /// A multicast group appeared.
        NEWMCAST_GRP = 7;
        /// A multicast group went.
        DELMCAST_GRP = 8;
        /// Ask for multicast groups.
        GETMCAST_GRP = 9;
        /// Ask for policies.
        GETPOLICY = 10;
    }
}

bits! {
    /// What a command is.
    OperationFlags: u32, native, "GENL_" {
        /// Only for CAP_NET_ADMIN.
        ADMIN_PERM = 0x1;
        /// Does something.
        CMD_CAP_DO = 0x2;
        /// Dumps.
        CMD_CAP_DUMP = 0x4;
        /// Has a policy.
        CMD_CAP_HASPOL = 0x8;
        /// Only for CAP_NET_ADMIN of the namespace's owner.
        UNS_ADMIN_PERM = 0x10;
    }
}
