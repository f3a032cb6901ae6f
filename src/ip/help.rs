//! The short texts `help` prints.

use super::failure::Failure;

/// What `ip help` prints.
pub(super) const GENERAL: &str = "\
Usage: ip [ OPTIONS ] OBJECT { COMMAND | help }
       ip [ -force ] -batch filename
where  OBJECT := { address | link | monitor | neighbour | netns | route | rule }
       OPTIONS := { -V[ersion] | -s[tatistics] | -d[etails] | -j[son] | -p[retty] |
                    -f[amily] { inet | inet6 | bridge | link } | -4 | -6 | -B | -0 |
                    -l[oops] { maximum-addr-flush-attempts } | -br[ief] | -o[neline] |
                    -t[imestamp] | -ts[hort] | -b[atch] [filename] | -n[etns] name |
                    -N[umeric] | -a[ll] | -c[olor]}
";

/// Help that was asked for, or that wrong usage calls for. iproute2 prints it to stderr, with the code
/// of wrong usage.
pub(super) fn text(text: &str) -> Failure {
    Failure { text: text.into(), code: 255 }
}
