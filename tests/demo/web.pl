# A web server with one page: who served it, from which namespace.
use strict;
use warnings;
use IO::Socket::INET;

my $server = IO::Socket::INET->new(LocalPort => 80, Listen => 8, ReuseAddr => 1)
    or die "cannot listen on port 80: $!\n";
my $namespace = readlink '/proc/self/ns/net';
while (my $client = $server->accept) {
    while (my $line = <$client>) {
        last if $line =~ /^\r?\n$/;    # end of the request
    }
    my ($here, $there) = ($client->sockhost, $client->peerhost);
    print $client "HTTP/1.0 200 OK\r\n\r\nHello $there, this is $here in $namespace.\n";
}
