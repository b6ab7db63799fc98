"""Judges a trace (`raftarium export FILE --format etcd-tla`) as etcd's TLA+ specification would.

The rules are those of etcd-io/raft's tla/etcdraft.tla and tla/Traceetcdraft.tla, told again as plain code: every
line must be a step that the specification allows in the state that the lines before it lead to, and must show
that state. It is no model checker: a trace leaves no choice, so there is one state at a time.
"""
import collections
import json

BEGINNINGS = {"InitState", "BecomeFollower", "ApplyConfChange"}
FOLLOWER, CANDIDATE, LEADER = "StateFollower", "StateCandidate", "StateLeader"
SUBTYPES = {"MsgHeartbeat": "heartbeat", "MsgHeartbeatResp": "heartbeat", "MsgApp": "app", "MsgAppResp": "app",
            "MsgSnap": "snapshot"}
KEYS = {"name", "nid", "state", "role", "log", "conf", "msg", "prop"}


class Refused(Exception):
    """The specification does not allow a line."""


class Server:
    def __init__(self, event):
        conf = event["prop"]["cc"]["newconf"] if event["name"] == "ApplyConfChange" else event["conf"][0]
        self.term, self.vote = event["state"]["term"], event["state"]["vote"]
        self.commit, self.role = event["state"]["commit"], event["role"]
        self.log = [(1, "config", frozenset(conf), frozenset())] * event["log"]
        self.conf, self.learners = frozenset(conf), frozenset()
        self.match = collections.defaultdict(int)
        self.responded, self.granted = set(), set()
        self.persist()

    def persist(self):
        self.durable = (self.term, self.vote, self.commit, list(self.log), self.conf, self.learners)

    def restart(self):
        self.term, self.vote, self.commit, log, self.conf, self.learners = self.durable
        self.log = list(log)
        self.role = FOLLOWER
        self.match = collections.defaultdict(int)
        self.responded, self.granted = set(), set()

    def last_term(self):
        return self.log[-1][0] if self.log else 0

    def follow(self, term):
        if term != self.term:
            self.vote = "0"
        self.term, self.role = term, FOLLOWER

    def is_quorum(self, members):
        return 2 * len(members & self.conf) > len(self.conf)


def need(condition, what):
    if not condition:
        raise Refused(what)


class Judge:
    """What the specification has no words for is allowed by name, and counted:
    `pre_vote`: a term may rise without a message of the specification's, as after a pre-vote's refusal;
    `forgets`: a restarted member may lack what it had not synced, such as its commit index.
    """

    def __init__(self, lines, pre_vote, forgets):
        self.pre_vote = pre_vote
        self.forgets = forgets
        self.events = [line["event"] for line in lines if line.get("tag") == "trace"]
        self.messages = collections.Counter()
        self.pending = collections.Counter()
        self.last = {}
        self.servers = {}
        self.steps = collections.Counter()

    def judge(self):
        """Raises Refused with the line's number and what is wrong with it."""
        begun = {}
        busy = set()
        beginnings = set()
        for at, event in enumerate(self.events):
            nid = event["nid"]
            if nid in busy:
                continue
            if event["name"] in BEGINNINGS:
                begun[nid] = event
                beginnings.add(at)
            else:
                busy.add(nid)
        self.servers = {nid: Server(event) for nid, event in begun.items()}
        for at, event in enumerate(self.events):
            try:
                need(set(event) <= KEYS, f"unknown fields {sorted(set(event) - KEYS)}")
                if at not in beginnings:
                    self.step(event)
                    self.steps[event["name"]] += 1
            except (Refused, KeyError) as why:
                raise Refused(f"line {at + 1}: {json.dumps(event)}: {why}") from None
            self.last[event["nid"]] = event

    def shows(self, event):
        server, state = self.servers[event["nid"]], event["state"]
        shown = (state["term"], state["vote"], state["commit"], event["role"], event["log"],
                 frozenset(event["conf"][0]), event["conf"][1])
        known = (server.term, server.vote, server.commit, server.role, len(server.log), server.conf, [])
        need(shown == known, f"it shows {shown}, the state is {known}")

    def step(self, event):
        name, server, nid = event["name"], self.servers[event["nid"]], event["nid"]
        if name.startswith("Receive"):
            return self.receive(event)
        if name.startswith("Send"):
            return self.send(event)
        if name == "InitState":
            for message in [m for m in self.pending if m[1] == nid]:
                del self.pending[message]
            server.restart()
            if self.forgets and (event["log"], event["state"]["commit"]) != (len(server.log), server.commit):
                self.steps["restarted with less"] += 1
                del server.log[event["log"]:]
                server.commit = min(server.commit, event["state"]["commit"])
                server.persist()
            return self.shows(event)
        if name == "BecomeFollower":
            return self.become_follower(event)
        if name == "BecomeCandidate":
            need(server.role in (FOLLOWER, CANDIDATE) and nid in server.conf, "it cannot stand")
            server.role, server.vote, server.term = CANDIDATE, nid, server.term + 1
            server.responded, server.granted = set(), set()
            return self.shows(event)
        if name == "BecomeLeader":
            need(server.role == CANDIDATE and server.is_quorum(server.granted), "it has not won")
            server.role = LEADER
            server.match = collections.defaultdict(int, {nid: len(server.log)})
            return self.shows(event)
        if name == "Replicate":
            need(server.role == LEADER, "it does not lead")
            server.log.append((server.term, "value", 0))
            return None
        if name == "Commit":
            need(server.role == LEADER, "it does not lead")
            agreed = [i for i in range(1, len(server.log) + 1)
                      if server.is_quorum({m for m in server.conf if server.match[m] >= i})]
            if agreed and server.log[agreed[-1] - 1][0] == server.term:
                server.commit = max(server.commit, agreed[-1])
            return self.shows(event)
        if name == "ChangeConf":
            need(server.role == LEADER and len(event["prop"]["cc"]["changes"]) == 1, "one change, by a leader")
            change = event["prop"]["cc"]["changes"][0]
            conf, learners = server.conf, server.learners
            if change["action"] == "RemoveServer":
                conf, learners = conf - {change["nid"]}, learners - {change["nid"]}
            elif change["action"] == "AddNewServer":
                need(change["nid"] not in conf, "it votes already")
                conf, learners = conf | {change["nid"]}, learners - {change["nid"]}
            else:
                need(change["nid"] not in conf | learners, "it is there already")
                learners = learners | {change["nid"]}
            server.log.append((server.term, "config", conf, learners))
            return None
        if name == "ApplyConfChange":
            need(event["conf"][1] == [] and frozenset(event["conf"][0]) == server.conf, "its configuration")
            newest = [entry for entry in server.log[:server.commit] if entry[1] == "config"][-1]
            server.conf, server.learners = newest[2:]
            need(frozenset(event["prop"]["cc"]["newconf"]) == server.conf, "its new configuration")
            return None
        if name == "Ready":
            server.persist()
            for message in [m for m in self.pending if m[1] == nid]:
                self.messages[message] += self.pending.pop(message)
            return None
        raise Refused(f"unknown event {name}")

    def become_follower(self, event):
        before, server = self.last.get(event["nid"]), self.servers[event["nid"]]
        term = event["state"]["term"]
        if before and before["name"].startswith("Receive"):
            seen = before["msg"]["term"]
            if before["state"]["term"] < seen == term:
                return None  # the receipt has done it
            candidate = before["name"] == "ReceiveAppendEntriesRequest" and before["role"] == CANDIDATE
            if candidate and before["state"]["term"] == seen == term:
                return None
        if self.pre_vote and term > server.term:
            self.steps["learned from a pre-vote"] += 1
            server.follow(term)
            return self.shows(event)
        need(server.role in (LEADER, CANDIDATE), "a follower becomes a follower")
        server.follow(server.term)
        return self.shows(event)

    def send(self, event):
        msg, nid, server = event["msg"], event["nid"], self.servers[event["nid"]]
        kind, to = event["name"][len("Send"):], event["msg"]["to"]
        need(msg["from"] == nid, "it sends in another's name")
        if kind.endswith("Response") and to != nid:
            return  # the receipt of what it answers has sent it
        self.shows(event)
        if kind.startswith("RequestVote"):
            need(server.role == CANDIDATE and to in server.conf - server.responded, "it asks for no votes")
            if to != nid:
                message = (kind, nid, to, server.term, len(server.log), server.last_term())
            else:
                message = (kind, nid, to, server.term, True)
        elif kind == "AppendEntriesResponse":
            need(server.role == LEADER, "it does not lead")
            message = (kind, nid, to, server.term, "app", True, len(server.log))
        else:
            need(server.role == LEADER and to in server.conf | server.learners and to != nid, "it cannot append")
            subtype = SUBTYPES[msg["type"]]
            low = msg["index"] + 1 if subtype == "app" else 1
            count = 0 if subtype == "heartbeat" else msg["entries"]
            need(subtype != "app" or server.match[to] + 1 <= low <= low + count <= len(server.log) + 1, "its range")
            last = min(len(server.log), low + count - 1)
            commit = min(server.commit, server.match[to] if subtype == "heartbeat" else last)
            term = server.log[low - 2][0] if low > 1 else 0
            message = (kind, nid, to, server.term, subtype, low - 1, term, tuple(server.log[low - 1:last]), commit)
        need(self.is_shown(message, msg), f"the specification sends {message}")
        self.pending[message] += 1

    @staticmethod
    def is_shown(message, msg):
        kind, source, target, term = message[:4]
        if (source, target, term) != (msg["from"], msg["to"], msg["term"]):
            return False
        if kind == "RequestVoteRequest":
            return message[4:] == (msg["index"], msg["logTerm"])
        if kind == "RequestVoteResponse":
            return message[4] == (not msg["reject"])
        if message[4] != SUBTYPES[msg["type"]]:
            return False
        if kind == "AppendEntriesResponse":
            counts = message[5] and message[4] != "heartbeat"
            return message[5] == (not msg["reject"]) and (not counts or message[6] == msg["index"])
        subtype, prev, prev_term, entries, commit = message[4:]
        return ((subtype == "snapshot" or commit == msg["commit"]) and len(entries) == msg["entries"] and
                (subtype == "heartbeat" or (prev, prev_term) == (msg["index"], msg["logTerm"])))

    def receive(self, event):
        kind, msg = event["name"][len("Receive"):], event["msg"]
        self.shows(event)
        found = [m for m in self.messages if m[0] == kind and m[2] == event["nid"] and self.is_shown(m, msg)]
        need(found, "nobody sent that")
        message, server = found[0], self.servers[event["nid"]]
        self.messages[message] -= 1
        if not self.messages[message]:
            del self.messages[message]
        if message[3] > server.term:
            server.follow(message[3])
        getattr(self, "on_" + kind)(message, server)

    def on_RequestVoteRequest(self, message, server):
        kind, source, target, term, index, last_term = message
        current = (last_term, index) >= (server.last_term(), len(server.log))
        grant = term == server.term and current and server.vote in ("0", source)
        if grant:
            server.vote = source
        self.pending[("RequestVoteResponse", target, source, server.term, grant)] += 1

    @staticmethod
    def on_RequestVoteResponse(message, server):
        if message[3] == server.term:
            server.responded.add(message[1])
            if message[4]:
                server.granted.add(message[1])

    @staticmethod
    def on_AppendEntriesResponse(message, server):
        if message[3] == server.term and message[5]:
            server.match[message[1]] = max(server.match[message[1]], message[6])

    def on_AppendEntriesRequest(self, message, server):
        kind, source, target, term, subtype, prev, prev_term, entries, commit = message
        if term == server.term and server.role == CANDIDATE:
            server.role = FOLLOWER
        fits = prev == 0 or (prev <= len(server.log) and server.log[prev - 1][0] == prev_term)
        answer = ("AppendEntriesResponse", target, source, server.term)
        if term < server.term or not fits:
            self.pending[answer + ("app", False, 0)] += 1
            return
        need(server.role == FOLLOWER, f"a {server.role} takes no appends in its own term")
        if prev + 1 <= server.commit:
            if subtype == "heartbeat":
                server.commit = max(server.commit, commit)
            match = prev + len(entries) if subtype == "heartbeat" else server.commit
        else:
            for at, entry in enumerate(entries, prev):
                if at < len(server.log) and server.log[at][0] != entry[0]:
                    del server.log[at:]
                if at == len(server.log):
                    server.log.append(entry)
            server.commit = max(server.commit, min(commit, prev + len(entries)))
            match = prev + len(entries)
        need(server.commit <= len(server.log), "it commits what it does not have")
        self.pending[answer + (subtype, True, match)] += 1


def judge(lines, pre_vote=False, forgets=False):
    """Returns how often each event was judged; raises Refused."""
    found = Judge(lines, pre_vote, forgets)
    found.judge()
    return found.steps
