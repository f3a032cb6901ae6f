# Prints the page that the web server $1 serves.
exec 3<>"/dev/tcp/$1/80"
printf 'GET / HTTP/1.0\r\n\r\n' >&3
cat <&3
