#!/usr/bin/env python3
"""schema.py COMMAND...: holds assets/scenarios/schema.json and the program's own reader against each other.

Every scenario must be valid to an independent validator (python3-jsonschema). Small scenarios, good and bad, go
through both, which must agree; what only the reader can see is listed by itself. Prints "N passed, N failed"
last.
"""
import glob
import json
import os
import subprocess
import sys
import tempfile

try:
    import jsonschema
except ModuleNotFoundError:
    # Debian's package is for Debian's own interpreter.
    if sys.executable == "/usr/bin/python3":
        print("python3-jsonschema is missing")
        print("0 passed, 1 failed")
        sys.exit(1)
    os.execv("/usr/bin/python3", ["/usr/bin/python3"] + sys.argv)

SCHEMA = "assets/scenarios/schema.json"


def scenario(**fields):
    return {"raftarium": 1, "title": "T", "duration_ms": 1000, **fields}


def acting(**action):
    return scenario(actions=[{"at_ms": 1, **action}])


def waiting(when, **action):
    return scenario(actions=[{"when": when, **(action or {"do": "heal_all"})}])


def expecting(**expectation):
    return scenario(expect=[expectation])


def without(fields, name):
    return {key: value for key, value in fields.items() if key != name}


LINK = {"latency_min_us": 1, "latency_mean_us": 2, "loss_per_million": 3}
SENT = {"message_sent": {"type": "MsgApp", "from": "S1", "to": "S2", "nth": 2}}
RECORDING = {"at_ms": 1, "digest": "0123456789abcdef", "events": 3, "trail": ["1 x"]}

# The least that each action needs, and one field more for each that it may have.
ACTIONS = [
    {"do": "put", "key": "k", "value": "v"},
    {"do": "put", "key": "k", "value": "", "through": "leader"},
    {"do": "delete", "key": "k"},
    {"do": "delete", "key": "k", "through": "S2"},
    {"do": "read", "key": "k"},
    {"do": "read", "key": "k", "mode": "lease", "through": "leader"},
    {"do": "swap", "key": "k", "expected": "a", "value": "b"},
    {"do": "load", "key": "k", "count": 5},
    {"do": "load", "key": "k", "count": 5, "clients": 3, "open": True, "every_us": 10, "keys": 4,
     "reads_per_million": 500000, "mode": "serializable", "through": "S1"},
    {"do": "crash", "node": "leader"},
    {"do": "restart", "node": "crashed"},
    {"do": "restart", "node": "S1"},
    {"do": "pause", "node": "follower"},
    {"do": "resume", "node": "S5"},
    {"do": "isolate", "node": "S1"},
    {"do": "cut", "from": "S1", "to": "leader"},
    {"do": "heal", "from": "follower", "to": "S2"},
    {"do": "partition", "groups": [["S1", "leader"], ["others"]]},
    {"do": "partition", "groups": []},
    {"do": "heal_all"},
    {"do": "timeout", "node": "S3"},
    {"do": "transfer", "from": "leader", "to": "follower"},
    {"do": "set_link", **LINK},
    {"do": "set_link", **LINK, "from": "S1", "to": "S2", "duplicate_per_million": 4},
    {"do": "drop", "message": 1},
    {"do": "delay", "message": 1, "delay_us": 2},
    {"do": "duplicate", "message": 1},
    {"do": "deliver", "message": 1},
    {"do": "drift", "node": "S1", "drift_ppm": -1000000},
    {"do": "jump", "node": "S1", "delay_us": 60000000},
    {"do": "wipe", "node": "crashed"},
    {"do": "crash", "node": "S1", "unsynced": "torn"},
    {"do": "set_disk"},
    {"do": "set_disk", "node": "leader", "sync_min_us": 1, "sync_mean_us": 2, "write_error_per_million": 3,
     "sync_error_per_million": 4, "full": True, "syncs_lie": False},
    {"do": "fail_disk", "node": "follower", "call": "write", "fault": "no_space"},
    {"do": "damage", "node": "S1", "file": "00000001.wal", "offset": 100, "bit": 7},
    {"do": "damage", "node": "S1", "file": "00000001.wal", "offset": 100, "zeroed": True},
    {"do": "partition", "size": 2},
    {"do": "put", "key": "k", "value": "v", "session": False},
    {"do": "delete", "key": "k", "session": True},
    {"do": "swap", "key": "k", "expected": "v", "value": "w", "session": False},
    {"do": "load", "key": "k", "count": 5, "session": False},
    {"do": "set_link", "latency_min_us": 0, "latency_mean_us": 0, "loss_per_million": 0, "replay_per_million": 1000000,
     "clogged": True},
    {"do": "set_disk", "read_error_per_million": 1, "no_space_per_million": 2, "short_write_per_million": 3,
     "lying_sync_per_million": 1000000, "misdirected_per_million": 1000000, "bit_flip_per_million": 1000000,
     "zeroed_sector_per_million": 1000000},
    {"do": "snapshot", "node": "leader"},
    {"do": "put", "key": "k", "value": "v", "fence": "lock", "token": 7},
    {"do": "reconfigure", "add": ["S4"]},
    {"do": "reconfigure", "add": ["S4", "follower"], "transition": "explicit", "through": "leader"},
    {"do": "leave_joint"},
    {"do": "nemesis", "faults": ["crash"], "strikes": 1, "between_us": 1000},
    {"do": "nemesis", "faults": ["crash", "pause", "partition", "cut", "clog", "delay", "drift", "jump"],
     "strikes": 10000, "between_us": 60000000, "lasts_us": 60000000},
    {"do": "leave_joint", "through": "S1"},
    {"do": "set_process"},
    {"do": "set_process", "node": "leader", "step_us": 60000000, "stall_per_million": 1000000, "stall_us": 1},
]

CLUSTER = {"members": 15, "pre_vote": False, "check_quorum": False, "lease_reads": False, "tick_us": 1000,
           "election_ticks": 10000, "heartbeat_ticks": 1, "latency_min_us": 0, "latency_mean_us": 60000000,
           "loss_per_million": 1000000, "duplicate_per_million": 1, "replay_per_million": 1,
           "max_messages_in_flight": 1, "request_timeout_us": 1, "request_deadline_us": 3600000000,
           "max_size_per_msg": 0, "max_inflight_msgs": 1, "max_inflight_bytes": 1, "max_uncommitted_size": 5,
           "sync_min_us": 0, "sync_mean_us": 60000000, "step_us": 1, "stall_per_million": 2, "stall_us": 3,
           "wal_segment_bytes": 4096, "snapshot_entries": 1,
           "snapshot_bytes": 1, "snapshot_keep_entries": 1, "snapshot_part_bytes": 1, "learners": ["S13"],
           "spares": ["S14", "S15"], "logs": {"S1": [1, 1, 2], "S2": []}, "bugs": ["old_term_commits", "joint_union"]}
TRIGGERS = [
    "leaders == 1", SENT, {"leader_elected": {"node": "S1", "term": 2, "nth": 1}}, {"leader_elected": {}},
    {"candidate_stood": {"node": "S1", "term": 2, "nth": 1}}, {"stepped_down": {"node": "S1", "term": 2, "nth": 1}},
    {"committed": {"node": "S1", "index": 2, "nth": 1}}, {"log_truncated": {"node": "S1", "nth": 1}},
    {"snapshot_sent": {"from": "S1", "to": "S2", "nth": 1}}, {"snapshot_restored": {"node": "S1", "nth": 1}},
    {"message_delivered": {"type": "MsgVote", "from": "S1", "to": "S2", "nth": 1}},
    {"message_lost": {"type": "MsgPreVoteResp", "from": "S1", "to": "S2", "nth": 1}},
    {"request_done": {"request": 1, "nth": 1}}, {"crashed": {"node": "S1", "nth": 1}},
    {"restarted": {"node": "S1", "nth": 1}}, {"snapshot_made": {"node": "S1", "index": 3, "nth": 1}},
    {"storage_failed": {"node": "S1", "nth": 1}}, {"violated": {"nth": 1}},
    {"configuration_changed": {"node": "S1", "nth": 2}}, {"change_refused": {"node": "S1", "nth": 1}},
]


def good():
    yield scenario()
    yield without(scenario(duration_us=5), "duration_ms")
    yield scenario(description="D", sources=["a", ""], seed=(1 << 53) - 1, actions=[], expect=[])
    yield scenario(duration_ms=3600000)
    yield scenario(cluster={})
    yield scenario(cluster=CLUSTER)
    yield scenario(title="ü" * 50, description="x" * 4000)
    for action in ACTIONS:
        yield acting(**action)
    for trigger in TRIGGERS:
        yield waiting(trigger)
    for do in ({"do": "drop"}, {"do": "delay", "delay_us": 2}, {"do": "duplicate"}, {"do": "deliver"}):
        yield waiting(SENT, **do)
        yield waiting(SENT, **do, message=0)
    yield acting(do="reconfigure", add=[], add_learners=["S5"], promote=["S3"], remove=["leader"])
    for field in ("add_learners", "promote", "remove"):
        yield acting(do="reconfigure", **{field: ["S5"]})
    yield scenario(actions=[{"at_us": 1500, "step": 7, "do": "heal_all"}])
    yield waiting("leaders == 1", do="heal_all", after_ms=5)
    yield waiting("leaders == 1", do="heal_all", after_us=5)
    for word in ("eventually", "always", "never"):
        yield expecting(**{word: "leaders == 1"})
        yield expecting(**{word: "leaders == 1"}, from_ms=1, by_us=2000)
    yield expecting(that="leaders == 1", at_ms=1)
    yield expecting(that="leaders == 1", at_us=1)
    yield scenario(recording=RECORDING)
    yield scenario(recording={"digest": "0" * 16})
    yield scenario(recording={"at_us": 1, "digest": "0" * 16})


def bad():
    for value in (None, [], "x", 1):
        yield value
    for field in ("raftarium", "title", "duration_ms"):
        yield without(scenario(), field)
    yield scenario(raftarium=2)
    yield scenario(raftarium="1")
    yield scenario(duration_us=5)
    for field, values in {"title": ["", 5, "x" * 101], "description": [5, "x" * 4001], "seed": [-1, 1 << 53, "1", 1.5],
                          "sources": ["x", [1], ["x"] * 21], "duration_ms": [-1, 3600001, "1", 0.5],
                          "cluster": [[], 5, {"member": 3}], "actions": [{}, [5], ["x"], [{}]],
                          "expect": [{}, [5], [{}]], "recording": [5, {}], "colour": ["red"]}.items():
        for value in values:
            yield scenario(**{field: value})
    for field, value in CLUSTER.items():
        yield scenario(cluster={field: "1"})
        yield scenario(cluster={field: 1 if isinstance(value, bool) else -1})
        yield scenario(cluster={field: None if isinstance(value, bool) else 3600000001})
    for action in ACTIONS:
        for field in action:
            least = [other for other in ACTIONS if other["do"] == action["do"]][0]
            if field in least:
                yield acting(**without(action, field))
            yield acting(**{**action, field: None})
            yield acting(**{**action, field: [5]})
            if field in ("node", "from", "to", "through"):
                yield acting(**{**action, field: "S0"})
                yield acting(**{**action, field: "S16"})
                yield acting(**{**action, field: "others"})
            if isinstance(action[field], int):
                yield acting(**{**action, field: -1000001})
                yield acting(**{**action, field: 1 << 54})
                yield acting(**{**action, field: 1.5})
        yield acting(**action, colour="red")
        yield scenario(actions=[action])
        yield scenario(actions=[{**action, "at_ms": 1, "at_us": 1}])
    yield acting(do="partitoin")
    yield acting(do="crash", node="crashed")
    yield acting(do="restart", node="leader")
    yield acting(do="put", key="", value="v")
    yield acting(do="put", key="k" * 4097, value="v")
    yield acting(do="read", key="k", mode="fresh")
    yield acting(do="load", key="k", count=5, open=True)
    yield acting(do="load", key="k", count=5, open=True, every_us=0)
    yield acting(do="load", key="k", count=100001)
    yield acting(do="partition", groups=[[]])
    yield acting(do="partition", groups=[["crashed"]])
    yield acting(do="partition", groups="S1")
    yield acting(do="partition")
    yield acting(do="partition", groups=[["S1"]], size=2)
    yield acting(do="partition", size=0)
    yield acting(do="damage", node="S1", file="f", offset=1, bit=1, zeroed=True)
    yield acting(do="damage", node="S1", file="f", offset=1, zeroed=False)
    yield acting(do="set_process", step_us=-1)
    yield acting(do="set_process", step_us=60000001)
    yield acting(do="set_process", stall_per_million=1000001)
    yield acting(do="reconfigure")
    yield acting(do="reconfigure", add=[])
    yield acting(do="reconfigure", add=["S16"])
    yield acting(do="reconfigure", remove=["others"])
    yield acting(do="reconfigure", add=["S1"], transition="joint")
    yield acting(do="put", key="k", value="v", fence="lock")
    yield acting(do="put", key="k", value="v", token=1)
    yield scenario(cluster={"learners": ["leader"]})
    yield scenario(cluster={"spares": ["S16"]})
    yield scenario(cluster={"logs": {"S1": [0]}})
    yield scenario(cluster={"logs": {"S1": ["1"]}})
    yield scenario(cluster={"logs": {"S1": [1] * 101}})
    yield scenario(cluster={"logs": {"S16": [1]}})
    yield scenario(cluster={"bugs": ["old_terms_commit"]})
    yield acting(do="drop", message=0)
    yield acting(do="heal_all", after_ms=5)
    yield waiting("leaders == 1", do="drop")
    yield waiting({"message_lost": {}}, do="drop")
    yield waiting("leaders == 1", do="heal_all", at_ms=5)
    yield waiting("leaders == 1", do="heal_all", step=5)
    yield waiting("leaders == 1", do="heal_all", after_ms=5, after_us=5)
    for trigger in (None, 5, "", [], {}, {"crashd": {}}, {"crashed": {}, "restarted": {}}, {"crashed": 5},
                    {"crashed": {"term": 1}}, {"leader_elected": {"term": 0}}, {"leader_elected": {"node": "leader"}},
                    {"message_sent": {"type": "MsgFoo"}}, {"committed": {"index": "1"}}, {"violated": {"nth": 0}}):
        yield waiting(trigger)
    for word in ("eventually", "always", "never", "that"):
        moment = {"at_ms": 1} if word == "that" else {}
        yield expecting(**{word: ""}, **moment)
        yield expecting(**{word: 5}, **moment)
        yield expecting(**{word: "leaders == 1"}, **moment, colour="red")
        yield expecting(**{word: "leaders == 1"}, **moment, at_us=1)
    yield expecting(that="leaders == 1")
    yield expecting(that="leaders == 1", at_ms=1, by_ms=2)
    yield expecting(always="leaders == 1", never="leaders == 1")
    yield expecting(always="leaders == 1", from_ms=1, from_us=1)
    yield expecting(always="leaders == 1", by_ms=1, by_us=1)
    for field, values in {"digest": ["", "0" * 15, "G" * 16, 5], "events": [-1, "1"], "trail": [5, [5]],
                          "at_ms": [-1, "1", 3600001], "at_us": [1]}.items():
        for value in values:
            yield scenario(recording={**RECORDING, field: value})
    yield scenario(recording={**RECORDING, "colour": "red"})


def bad_to_the_reader_only():
    yield "a limit of bytes", scenario(title="ü" * 51)
    yield "an integer with a point", scenario(seed=1.0)
    yield "a predicate", expecting(always="leaders ==")
    yield "a trigger's predicate", waiting("leaders == x")
    yield "a member that is not there", scenario(cluster={"members": 3},
                                                 actions=[{"at_ms": 1, "do": "crash", "node": "S4"}])
    yield "a member in two groups", acting(do="partition", groups=[["S1"], ["S1"]])
    yield "a link to itself", acting(do="cut", **{"from": "S1", "to": "S1"})
    yield "a member that is changed twice", acting(do="reconfigure", add=["S4"], remove=["S4"])
    yield "a learner that is spare too", scenario(cluster={"learners": ["S4"], "spares": ["S4"]})
    yield "nobody who votes", scenario(cluster={"members": 1, "spares": ["S1"]})
    yield "a log whose terms fall", scenario(cluster={"logs": {"S1": [2, 1]}})
    yield "logs that do not match", scenario(cluster={"logs": {"S1": [1, 2, 3], "S2": [1, 1, 3]}})
    yield "an action after the end", acting(do="heal_all", at_ms=1001)
    yield "an expectation after the end", expecting(that="leaders == 1", at_ms=1001)
    yield "a span that ends before it begins", expecting(always="leaders == 1", from_ms=5, by_ms=4)
    yield "ticks that do not fit together", scenario(cluster={"election_ticks": 5, "heartbeat_ticks": 5})


def main():
    command = sys.argv[1:]
    passed = failed = 0

    def tell(ok, what):
        nonlocal passed, failed
        passed, failed = passed + ok, failed + (not ok)
        if not ok:
            print(f"FAIL {what[:400]}")

    with open(SCHEMA, encoding="utf-8") as source:
        schema = json.load(source)
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)

    for name in sorted(glob.glob("assets/scenarios/*.json")):
        if name != SCHEMA:
            with open(name, encoding="utf-8") as source:
                errors = [error.message for error in validator.iter_errors(json.load(source))]
            tell(not errors, f"{name}: {errors}")

    cases = [(value, True, True) for value in good()] + [(value, False, False) for value in bad()]
    cases += [(value, True, False) for _, value in bad_to_the_reader_only()]
    with tempfile.TemporaryDirectory() as folder:
        files = []
        for number, (value, _, _) in enumerate(cases):
            files.append(os.path.join(folder, f"case_{number}.json"))
            with open(files[-1], "w", encoding="utf-8") as out:
                json.dump(value, out)
        # What cannot be read is told on standard error and left out of the output.
        done = subprocess.run(command + ["run", "--json"] + files, capture_output=True, text=True, check=False)
        read = {json.loads(line)["file"] for line in done.stdout.splitlines()}
    complaints = {line.split(":")[0]: line for line in done.stderr.splitlines()}
    for (value, by_schema, by_reader), name in zip(cases, files):
        told = complaints.get(os.path.basename(name)) or complaints.get(name)
        accepted = name in read
        tell(validator.is_valid(value) == by_schema, f"the schema {'refuses' if by_schema else 'accepts'} {value}")
        tell(accepted == by_reader, f"the reader {'refuses' if by_reader else 'accepts'} {value}: {told}")

    # The schema lies among the scenarios, and playing all of them must not stumble over it.
    done = subprocess.run(command + ["run", SCHEMA], capture_output=True, text=True, check=False)
    tell(done.returncode == 0 and "schema" in done.stdout, f"run {SCHEMA}: {done.stdout}{done.stderr}")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
