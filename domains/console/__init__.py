"""Consoles: tickets, the gateway between browsers and nodes, and what the API says of both.

Three kinds of processes work together, so that a console costs little and holds no secrets:

* the gateway (`python -m domains.console`) listens, checks each Origin, and forks once for each connection;
* the opener, its one child with a database, takes tickets, asks for permission, reaches the node and signs in
  there, then hands over the connected socket;
* the relays, one a console, shovel bytes between that socket and the WebSocket; they know neither database nor node.
"""
