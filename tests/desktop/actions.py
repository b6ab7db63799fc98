"""Everything that can be done through the interface, done once on the desktop and asserted on the engine's state.

Each act is undone after it, which leads back to the digest before it.
"""

from pathlib import Path

from driver import ROOT, Failed, leader_of, member_of


def scenario(name):
    return str(ROOT / "assets" / "scenarios" / f"{name}.json")


def does(desktop, what, act, holds):
    """Acts, waits until the frame says what is expected, and undoes it."""
    before = desktop.state()["frame"]
    act()
    state = desktop.until(what, lambda s: s["frame"]["event"] != before["event"] and holds(s["frame"]))
    desktop.key("u")
    desktop.until(f"undone: {what}", lambda s: s["frame"]["digest"] == before["digest"])
    return state["frame"]


def member(frame, node):
    return next(m for m in frame["members"] if m["id"] == node)


def link(frame, one, other):
    return next(x for x in frame["links"] if (x["from"], x["to"]) == (one, other))


def select(desktop, node):
    desktop.key(str(node))
    desktop.until(f"S{node} is selected", lambda s: s["view"]["selected"] == node and s["view"]["message"] == 0)


def from_menu(desktop, opener, *rows, button=1):
    """Opens a menu and walks it by its rows."""
    def act():
        desktop.click(opener, button=button)
        for row in rows:
            desktop.click(row)
    return act


# --- members and links ---------------------------------------------------------------------------------------


def the_process_of_a_member(desktop, memory):
    select(desktop, 2)
    does(desktop, "C crashes", lambda: desktop.key("c"), lambda f: member(f, 2)["process"] == "crashed")
    does(desktop, "a button crashes", lambda: desktop.click("act.crash"),
         lambda f: member(f, 2)["process"] == "crashed")
    does(desktop, "Z pauses", lambda: desktop.key("z"), lambda f: member(f, 2)["process"] == "paused")
    does(desktop, "a button pauses", lambda: desktop.click("act.pause"),
         lambda f: member(f, 2)["process"] == "paused")
    desktop.key("z")
    desktop.until("it is paused", lambda s: member_of(s, 2)["process"] == "paused")
    does(desktop, "a button resumes", lambda: desktop.click("act.resume"),
         lambda f: member(f, 2)["process"] == "running")
    desktop.key("c")
    desktop.until("it has crashed", lambda s: member_of(s, 2)["process"] == "crashed")
    does(desktop, "R restarts", lambda: desktop.key("r"), lambda f: member(f, 2)["process"] == "running")
    desktop.key("r")
    desktop.until("it runs again", lambda s: member_of(s, 2)["process"] == "running")


def elections_and_handing_over(desktop, memory):
    leader = leader_of(desktop.state())["id"]
    other = 1 if leader != 1 else 2
    select(desktop, other)
    does(desktop, "T runs out an election timer", lambda: desktop.key("t"),
         lambda f: "candidate" in member(f, other)["role"])
    does(desktop, "a button runs out an election timer", lambda: desktop.click("act.timeout"),
         lambda f: "candidate" in member(f, other)["role"])
    select(desktop, leader)
    handed = lambda f: any(m["type"] == "MsgTimeoutNow" for m in f["messages"])
    does(desktop, "L hands over", lambda: desktop.key("l"), handed)
    does(desktop, "a button hands over", lambda: desktop.click("act.transfer"), handed)


def links_and_partitions(desktop, memory):
    does(desktop, "a click on a link's end cuts one direction", lambda: desktop.click("link.1.2"),
         lambda f: f["links_cut"] == [[1, 2]])
    menu = lambda row: from_menu(desktop, "link.1.2", row, button=3)
    does(desktop, "the menu of a link cuts it", menu("menu.link.cut"), lambda f: f["links_cut"] == [[1, 2]])
    does(desktop, "a link is slow", menu("menu.link.slow"), lambda f: link(f, 1, 2)["latency_min_us"] == 100_000)
    does(desktop, "a link is lossy", menu("menu.link.lossy"), lambda f: link(f, 1, 2)["loss_per_million"] > 0)
    does(desktop, "a link duplicates", menu("menu.link.twice"),
         lambda f: link(f, 1, 2)["duplicate_per_million"] > 0)
    does(desktop, "a link replays", menu("menu.link.replay"), lambda f: link(f, 1, 2)["replay_per_million"] > 0)
    does(desktop, "a link is clogged", menu("menu.link.clog"), lambda f: link(f, 1, 2)["clogged"])
    does(desktop, "a link reorders", menu("menu.link.reorder"), lambda f: link(f, 1, 2)["latency_mean_us"] == 100_000)
    does(desktop, "a nemesis strikes",
         lambda: (desktop.click("stage", button=3, across=0.02), desktop.click("menu.nemesis")),
         lambda f: f["story"][-1]["what"].startswith("A nemesis begins"))
    network = lambda page, row: (lambda: (desktop.click("stage", button=3, across=0.02),
                                          desktop.click(f"menu.{page}"), desktop.click(f"menu.{row}")))
    does(desktop, "every link is lossy", network("every_link", "links.lossy"),
         lambda f: all(x["loss_per_million"] > 0 for x in f["links"]))
    does(desktop, "every disk goes wrong by chance", network("every_disk", "disks.sync_error"),
         lambda f: all(m["sync_error_per_million"] > 0 for m in f["members"]))
    does(desktop, "parted at random",
         lambda: (desktop.click("stage", button=3, across=0.02), desktop.click("menu.partition")),
         lambda f: len(f["islands"]) == 2)
    select(desktop, 3)
    does(desktop, "I isolates", lambda: desktop.key("i"), lambda f: [3] in f["islands"])
    does(desktop, "the menu of a member isolates it", from_menu(desktop, "member.3", "menu.isolate", button=3),
         lambda f: [3] in f["islands"])
    does(desktop, "X and a number cut a link", lambda: desktop.key("x", "4"),
         lambda f: [3, 4] in f["links_cut"] and [4, 3] in f["links_cut"])
    desktop.key("i")
    desktop.until("S3 is isolated", lambda s: [3] in s["frame"]["islands"])
    does(desktop, "H heals all", lambda: desktop.key("h"), lambda f: not f["links_cut"])
    does(desktop, "a click on the cut heals it", lambda: desktop.click("cut.0"), lambda f: not f["links_cut"])


def a_member_is_dragged(desktop, memory):
    """S3 is isolated: across the cut it joins the others; on its own side it only moves."""
    before = desktop.settled()
    x, y = desktop.place("member.3")
    desktop.drag([(x, y), (x + 24, y + 10)])
    moved = desktop.until("it stands elsewhere", lambda s: s["regions"]["member.3"] != before["regions"]["member.3"])
    if moved["frame"]["digest"] != before["frame"]["digest"]:
        raise Failed("moving a member on the stage changed the world")
    to = desktop.place("stage")
    does(desktop, "dragged across the cut it joins the others", lambda: desktop.drag([desktop.place("member.3"), to]),
         lambda f: len(f["islands"]) == 1)
    desktop.palette("heal all", "heal_all")
    desktop.until("all is healed", lambda s: not s["frame"]["links_cut"])


# --- clients ---------------------------------------------------------------------------------------------------


def a_client_asks(desktop, memory):
    select(desktop, leader_of(desktop.settled())["id"])
    count = len(desktop.state()["frame"]["requests"])
    asks = lambda text: (lambda f: len(f["requests"]) == count + 1 and text in f["requests"][-1]["text"])
    does(desktop, "P writes", lambda: desktop.key("p"), asks("put"))
    does(desktop, "a button writes", lambda: desktop.click("act.propose"), asks("put"))
    does(desktop, "the client writes", lambda: desktop.click("client"), asks("put"))
    for row, text in [("put", "put"), ("put_bare", "put"), ("read", "(linearizable)"), ("read_lease", "(lease)"),
                      ("read_local", "(serializable)"), ("swap", "swap"), ("delete", "delete")]:
        does(desktop, f"a client asks: {row}", from_menu(desktop, "act.ask", f"menu.client.{row}"), asks(text))
    does(desktop, "five clients ask", from_menu(desktop, "act.ask", "menu.client.load"),
         lambda f: f["story"][-1]["what"].startswith("5 clients begin"))
    does(desktop, "the menu of the client reads", from_menu(desktop, "client", "menu.client.read", button=3),
         asks("(linearizable)"))


# --- disks and clocks ------------------------------------------------------------------------------------------


def a_disk_goes_wrong(desktop, memory):
    select(desktop, 4)
    menu = lambda row: from_menu(desktop, "act.disk", f"menu.disk.{row}")
    does(desktop, "slow syncs", menu("slow"), lambda f: member(f, 4)["sync_min_us"] > 0)
    does(desktop, "a full disk", menu("full"), lambda f: member(f, 4)["disk_full"])
    does(desktop, "syncs that lie", menu("lie"), lambda f: member(f, 4)["syncs_lie"])
    does(desktop, "a flaky disk", menu("flaky"), lambda f: member(f, 4)["short_write_per_million"] > 0)
    deeper = lambda page, row: from_menu(desktop, "act.disk", f"menu.disk.{page}", f"menu.disk.{page}.{row}")
    for row in ("sync_error", "write_error", "read_error", "no_space", "short_write", "lying_sync"):
        does(desktop, f"{row} by chance", deeper("chance", row),
             lambda f, row=row: member(f, 4)[f"{row}_per_million"] == 50_000)
    once = {"read": "read: input/output error", "no_space": "write: no space", "short_write": "write: short write",
            "lying_sync": "sync: lying sync", "stray_write": "write: misdirected", "stray_read": "read: misdirected"}
    for row, told in once.items():
        does(desktop, f"{row} goes wrong once", deeper("once", row),
             lambda f, told=told: member(f, 4)["next_faults"] == [told])
    does(desktop, "a snapshot", menu("snapshot"), lambda f: member(f, 4)["snapshot"] > 1)
    does(desktop, "a power failure", menu("tear"), lambda f: member(f, 4)["process"] == "crashed")
    does(desktop, "a killed process", menu("kill"), lambda f: member(f, 4)["process"] == "crashed")
    for call in ("sync", "write"):
        does(desktop, f"the next {call} fails", menu(f"fail_{call}"),
             lambda f, call=call: member(f, 4)["next_faults"] == [f"{call}: input/output error"])
    desktop.key("c")
    desktop.until("it has crashed", lambda s: member_of(s, 4)["process"] == "crashed")
    does(desktop, "a new disk", menu("wipe"), lambda f: member(f, 4)["term"] == 0)
    desktop.key("r")
    desktop.until("it runs again", lambda s: member_of(s, 4)["process"] == "running")


def a_record_is_damaged(desktop, memory):
    desktop.click("tab.disk")
    state = desktop.until("the disk of S4", lambda s: s["frame"].get("disk", {}).get("member") == 4)
    record = state["frame"]["disk"]["records"][-1]
    desktop.click(f"disk.record.{record['file']}+{record['offset']}")
    does(desktop, "a bit flips", lambda: desktop.click("act.disk.damage"), lambda f: f["disk"]["damage"] != "")
    does(desktop, "a sector is lost", lambda: desktop.click("act.disk.zero"), lambda f: f["disk"]["damage"] != "")
    desktop.click("tab.logs")


def a_clock_goes_wrong(desktop, memory):
    menu = lambda row: from_menu(desktop, "act.clock", f"menu.clock.{row}")
    does(desktop, "a fast clock", menu("fast"), lambda f: member(f, 4)["drift_ppm"] > 0)
    does(desktop, "a slow clock", menu("slow"), lambda f: member(f, 4)["drift_ppm"] < 0)
    does(desktop, "a jump", menu("jump"), lambda f: member(f, 4)["role"] != "follower")
    of_process = lambda row: from_menu(desktop, "act.clock", f"menu.process.{row}")
    does(desktop, "a slow process", of_process("slow"), lambda f: member(f, 4)["step_us"] > 0)
    does(desktop, "a stalling process", of_process("stall"), lambda f: member(f, 4)["stall_per_million"] > 0)
    of_process("slow")()
    desktop.until("the process is slow", lambda s: member_of(s, 4)["step_us"] > 0)
    does(desktop, "a quick process", of_process("quick"), lambda f: member(f, 4)["step_us"] == 0)
    of_process("quick")()
    desktop.until("the process is quick", lambda s: member_of(s, 4)["step_us"] == 0)
    menu("stop")()
    desktop.until("the clock stands", lambda s: member_of(s, 4)["drift_ppm"] == -1_000_000)
    does(desktop, "the right clock", menu("right"), lambda f: member(f, 4)["drift_ppm"] == 0)


# --- the configuration -----------------------------------------------------------------------------------------


def the_configuration_is_changed(desktop, memory):
    """A member leaves, learns and votes again; another one makes room for it, and both halves are seen."""
    leader = leader_of(desktop.settled())["id"]
    one, other = [node for node in range(1, 6) if node != leader][:2]

    def change(opener, row, what, holds, button=1):
        from_menu(desktop, opener, *row, button=button)()
        for _ in range(8):  # what commits next need not be the change
            event = desktop.state()["frame"]["event"]
            desktop.key("k")
            frame = desktop.until(f"a commit: {what}", lambda s: s["frame"]["event"] > event)["frame"]
            if holds(frame["configuration"]):
                return
        raise Failed(f"{what}: the configuration is {frame['configuration']}")

    select(desktop, one)
    last = lambda f: member(f, leader)["log"][-1]["text"]
    does(desktop, "a button proposes to remove a member", from_menu(desktop, "act.members", "menu.members.remove"),
         lambda f: last(f) == "config")
    change("act.members", ["menu.members.remove"], "removed", lambda c: one not in c["voters"])
    change("act.members", ["menu.members.add"], "added", lambda c: one in c["voters"])
    change("act.members", ["menu.members.demote"], "a learner", lambda c: one in c["learners"])
    change(f"member.{one}", ["menu.members", "menu.members.promote"], "promoted", lambda c: one in c["voters"], 3)
    change("act.members", ["menu.members.remove"], "removed again", lambda c: one not in c["voters"])
    change("act.members", ["menu.members.add_learner"], "it learns", lambda c: one in c["learners"])
    select(desktop, other)
    change("act.members", [f"menu.members.joint.{one}"], "both halves",
           lambda c: other in c["voters_outgoing"] and one in c["voters"] and other not in c["voters"])
    desktop.until("the stage names both halves", lambda s: "joint.label" in s["regions"])
    desktop.picture(memory["pictures"], "desktop_joint")
    change("act.members", ["menu.members.leave"], "the new half alone",
           lambda c: not c["voters_outgoing"] and other not in c["voters"])
    select(desktop, one)
    desktop.palette(f"replace s{other} jointly", f"members.replace.{other}")
    desktop.until("it is proposed", lambda s: last(s["frame"]) == "config")


# --- messages --------------------------------------------------------------------------------------------------


def a_message_is_changed(desktop, memory):
    """By hand: chosen with a click, then by the buttons of the inspector and by its menu."""
    def halfway(state):
        return next((m for m in state["frame"]["messages"] if not m["doomed"] and 0.3 < m["travelled"] < 0.7), None)

    while not halfway(desktop.state()):
        event = desktop.state()["frame"]["event"]
        desktop.key("Right")
        desktop.until("one event on", lambda s: s["frame"]["event"] == event + 1)
    frame = desktop.state()["frame"]
    message = halfway(desktop.state())
    name, number = f"message.{message['id']}", message["id"]
    desktop.click(name)
    desktop.until("it is chosen", lambda s: s["view"]["message"] == number and "act.message.drop" in s["regions"])
    flying = lambda f: next((m for m in f["messages"] if m["id"] == number), None)
    count = len(frame["messages"])
    for way in ("act", "menu"):
        def act(row):
            if way == "act":
                return lambda: desktop.click(f"act.message.{row}")
            return from_menu(desktop, name, f"menu.message.{row}", button=3)
        does(desktop, f"{way}: dropped", act("drop"), lambda f: flying(f) is None)
        does(desktop, f"{way}: delayed", act("delay"), lambda f: flying(f)["deliver_us"] > message["deliver_us"])
        does(desktop, f"{way}: duplicated", act("duplicate"), lambda f: len(f["messages"]) == count + 1)
        does(desktop, f"{way}: delivered", act("deliver"),
             lambda f: flying(f) and flying(f)["deliver_us"] <= f["time_us"])  # with the next event


def reach(desktop, focus):
    """Tab, until what has this name has the keyboard."""
    for _ in range(90):
        here = desktop.state()["view"]["focus"]
        if here == focus:
            return
        desktop.key("Tab")
        desktop.until("the focus moves", lambda s: s["view"]["focus"] != here)
    raise Failed(f"Tab does not come to {focus}")


def write(desktop, field, text):
    """Into a field of a form, when it is its turn."""
    desktop.until(f"the turn of {field}", lambda s: s["view"]["focus"] == f"form.{field}")
    desktop.xdotool("type", "--delay", 20, text)


def menu_by_keys(desktop, rows):
    """Opens the menu of what is selected and performs a row of it, by its place."""
    def act():
        desktop.key("Return")
        desktop.until("the menu", lambda s: s["view"]["popup"])
        for _ in range(rows):
            before = desktop.state()["view"]["focus"]
            desktop.key("Down")
            desktop.until("the next row", lambda s: s["view"]["focus"] not in ("", before))
        desktop.key("Return")
        desktop.until("the menu is closed", lambda s: not s["view"]["popup"])
    return act


def a_message_is_changed_by_keys(desktop, memory):
    """No pointer: N chooses, Enter and the arrows do."""
    desktop.key("Escape", "n")
    number = desktop.until("a message is chosen", lambda s: s["view"]["message"] != 0)["view"]["message"]
    frame = desktop.state()["frame"]
    if number != frame["messages"][0]["id"]:
        raise Failed(f"N chose {number}")
    flying = lambda f: next((m for m in f["messages"] if m["id"] == number), None)
    due, count = flying(frame)["deliver_us"], len(frame["messages"])
    does(desktop, "dropped", menu_by_keys(desktop, 1), lambda f: flying(f) is None)
    does(desktop, "delayed", menu_by_keys(desktop, 2), lambda f: flying(f)["deliver_us"] > due)
    does(desktop, "duplicated", menu_by_keys(desktop, 4), lambda f: len(f["messages"]) == count + 1)
    does(desktop, "delivered", menu_by_keys(desktop, 5),
         lambda f: flying(f) and flying(f)["deliver_us"] <= f["time_us"])
    desktop.key("shift+n")
    desktop.until("the last one", lambda s: s["view"]["message"] == frame["messages"][-1]["id"])
    desktop.key("f")
    desktop.until("it is large", lambda s: s["view"]["zoom"] > 1.5)
    desktop.picture(memory["pictures"], "desktop_large")
    desktop.key("f")
    desktop.until("everything again", lambda s: s["view"]["zoom"] == 1)


def a_link_is_changed_by_keys(desktop, memory):
    select(desktop, 2)
    desktop.key("j", "j")
    desktop.until("S2 to S3", lambda s: s["view"]["link"] == [2, 3])
    does(desktop, "X cuts one direction", lambda: desktop.key("x"), lambda f: f["links_cut"] == [[2, 3]])
    does(desktop, "its menu makes it slow", menu_by_keys(desktop, 2),
         lambda f: link(f, 2, 3)["latency_min_us"] == 100_000)
    desktop.key("Menu")
    desktop.until("the menu", lambda s: s["view"]["popup"])
    desktop.key("Up", "Return")
    write(desktop, "latency", "25")
    desktop.key("Down", "Down")
    write(desktop, "loss", "12.5")
    does(desktop, "it is as written", lambda: desktop.key("Return"),
         lambda f: link(f, 2, 3)["latency_min_us"] == 25_000 and link(f, 2, 3)["loss_per_million"] == 125_000)


def everything_is_reached_by_tab(desktop, memory):
    select(desktop, 2)
    for name in ("scenarios", "transport.play", "theme", "stage.members", "stage.messages", "stage.links", "client",
                 "act.crash", "act.clock", "story", "properties", "tab.disk", "logs"):
        reach(desktop, name)
    reach(desktop, "stage.members")
    desktop.key("Down")
    desktop.until("the arrows go on", lambda s: s["view"]["selected"] == 3)
    desktop.picture(memory["pictures"], "desktop_focus")
    does(desktop, "from its menu it crashes", menu_by_keys(desktop, 1), lambda f: member(f, 3)["process"] == "crashed")
    reach(desktop, "story")
    story = desktop.state()["frame"]["story"]
    desktop.key("Up", "Return")
    desktop.until("the story leads to its moment", lambda s: s["frame"]["event"] == story[-2]["event"])
    desktop.key("End")
    desktop.until("the end", lambda s: s["frame"]["event"] >= story[-1]["event"])


def a_record_is_damaged_by_keys(desktop, memory):
    select(desktop, 4)
    reach(desktop, "tab.disk")
    desktop.key("Return")
    state = desktop.until("the disk of S4", lambda s: s["frame"].get("disk", {}).get("member") == 4)
    records = state["frame"]["disk"]["records"]
    reach(desktop, "disk.records")
    desktop.key("Down")
    place = f"{records[-2]['file']}+{records[-2]['offset']}"
    desktop.until("the arrows choose", lambda s: s["view"]["record"] == place)
    does(desktop, "a bit flips", menu_by_keys(desktop, 1), lambda f: f["disk"]["damage"] != "")
    desktop.key("Escape")
    reach(desktop, "tab.logs")
    desktop.key("Return")
    desktop.until("the logs", lambda s: s["view"]["tab"] == "logs")


def acts_are_written_in_full(desktop, memory):
    """Through the palette, for everybody at once."""
    def form(words, name, fields, turns=()):
        desktop.palette(words, name)
        desktop.until("a form", lambda s: "form.do" in s["regions"])
        for field, text in fields:
            reach(desktop, f"form.{field}")
            write(desktop, field, text)
        for field, times in turns:
            reach(desktop, f"form.{field}")
            desktop.key(*["Right"] * times)
        desktop.picture(memory["pictures"], "desktop_form")
        desktop.key("Return")
        desktop.until("it is done", lambda s: not s["view"]["popup"])

    does(desktop, "every process is slow",
         lambda: form("every process set", "processes.set", [("step", "3"), ("stall", "2.5"), ("stall_time", "90")]),
         lambda f: all((m["step_us"], m["stall_per_million"]) == (3_000, 25_000) for m in f["members"]))
    does(desktop, "parted by name", lambda: form("network part", "partition.as", [("sides", "2 4 | 1 3 5")]),
         lambda f: f["islands"] == [[1, 3, 5], [2, 4]])
    does(desktop, "one against the others", lambda: form("part random", "partition.size", [("size", "1")]),
         lambda f: sorted(map(len, f["islands"])) == [1, 4])
    leader = leader_of(desktop.state())["id"]
    one = 1 if leader != 1 else 2
    select(desktop, one)
    does(desktop, "a joint change that leaves by itself",
         lambda: form("membership change", "members.change", [], [(str(one), 2), ("transition", 1)]),
         lambda f: member(f, leader)["log"][-1]["text"] == "config")


# --- time ------------------------------------------------------------------------------------------------------


def time_is_stepped(desktop, memory):
    event = desktop.settled()["frame"]["event"]
    desktop.click("transport.step")
    desktop.until("one event on", lambda s: s["frame"]["event"] == event + 1)
    desktop.click("transport.back")
    desktop.until("one event back", lambda s: s["frame"]["event"] == event)
    desktop.wheel("playhead", up=False)
    desktop.until("the wheel steps on", lambda s: s["frame"]["event"] == event + 1)
    desktop.wheel("playhead", up=True)
    desktop.until("the wheel steps back", lambda s: s["frame"]["event"] == event)
    flying = {m["id"] for m in desktop.state()["frame"]["messages"]}
    desktop.key("m")
    desktop.until("a message has arrived", lambda s: s["frame"]["event"] > event
                  and flying - {m["id"] for m in s["frame"]["messages"]})
    desktop.click("transport.start")
    desktop.until("the beginning", lambda s: s["frame"]["event"] == 0)
    desktop.click("transport.end")
    end = desktop.until("the end", lambda s: s["frame"]["event"] > event)["frame"]["time_us"]
    desktop.click("timeline", across=0.3)
    desktop.until("the timeline seeks", lambda s: 0 < s["frame"]["time_us"] < end)


def time_goes_to_what_matters(desktop, memory):
    desktop.key("Home")
    desktop.until("the beginning", lambda s: s["frame"]["event"] == 0)
    desktop.key("e")
    state = desktop.until("the first election", leader_of)
    if not any(mark["event"] == state["frame"]["event"] for mark in state["frame"]["marks"]):
        raise Failed("it stopped beside the election")
    commit = max(m["commit"] for m in state["frame"]["members"])
    desktop.key("k")
    desktop.until("a commit", lambda s: max(m["commit"] for m in s["frame"]["members"]) > commit)
    desktop.key("shift+Left")
    desktop.until("back to the election", lambda s: s["frame"]["event"] == state["frame"]["event"])
    desktop.key("v")
    broken = desktop.until("a violation", lambda s: not all(p["holds"] for p in s["frame"]["properties"]))
    desktop.key("Home")
    desktop.until("the beginning", lambda s: s["frame"]["event"] == 0)
    desktop.key("End")
    desktop.until("the end", lambda s: s["frame"]["event"] >= broken["frame"]["event"])
    desktop.click("properties")
    at = next(p for p in broken["frame"]["properties"] if not p["holds"])["event"]
    desktop.until("the properties lead to what broke them", lambda s: s["frame"]["event"] == at)


def the_clock_stops_at_breakpoints(desktop, memory):
    desktop.palette("stop when leader elected", "stop.leader")
    desktop.until("it is set", lambda s: s["view"]["breakpoints"] == 1)
    desktop.key("Home", "space")
    state = desktop.until("it stops at the election", lambda s: not s["view"]["playing"] and leader_of(s))
    if not any(mark["event"] == state["frame"]["event"] for mark in state["frame"]["marks"]):
        raise Failed("it stopped beside the election")
    desktop.palette("do not stop leader elected", "stop.leader")
    desktop.until("it is not set", lambda s: s["view"]["breakpoints"] == 0)


def it_slows_at_interesting_moments(desktop, memory):
    desktop.key("s")
    desktop.until("slow motion", lambda s: s["view"]["slow_motion"])
    desktop.key("Home", "space")
    desktop.until("it lingers", lambda s: s["view"]["lingers"] and leader_of(s))
    desktop.key("space", "s")
    desktop.until("no slow motion", lambda s: not s["view"]["slow_motion"] and not s["view"]["playing"])


def the_speed_changes(desktop, memory):
    speed = desktop.settled()["view"]["speed"]
    desktop.key("bracketright")
    faster = desktop.until("] is faster", lambda s: s["view"]["speed"] != speed)["view"]["speed"]
    desktop.key("bracketleft")
    desktop.until("[ is slower", lambda s: s["view"]["speed"] == speed)
    desktop.click("speed", across=0.97)
    desktop.until("the fastest", lambda s: s["view"]["speed"] not in (speed, faster))


def branches_are_compared_and_forgotten(desktop, memory):
    desktop.key("Home", "e")
    leader = leader_of(desktop.until("the first election", leader_of))["id"]
    select(desktop, leader)
    desktop.key("c")
    new = desktop.until("a branch", lambda s: s["frame"]["branch"] != 0)["frame"]["branch"]
    desktop.key("shift+Right")
    desktop.until("another leader", lambda s: leader_of(s) and leader_of(s)["id"] != leader)
    desktop.key("b")
    desktop.click("branch.compare.0")
    told = desktop.until("the comparison", lambda s: "comparison.close" in s["regions"])["view"]["comparison"]
    if not told["diverge"] or (told["a"], told["b"]) != (new, 0):
        raise Failed(f"the comparison is {told}")
    desktop.picture(memory["pictures"], "desktop_comparison")
    desktop.click("comparison.close")
    desktop.until("it is closed", lambda s: not s["view"]["popup"])
    desktop.click("branches")
    desktop.click("branch.0")
    desktop.until("the first branch", lambda s: s["frame"]["branch"] == 0)
    desktop.click("branches")
    desktop.click(f"branch.rename.{new}")
    desktop.until("a field for the name", lambda s: f"branch.name.{new}" in s["regions"])
    desktop.xdotool("type", "--delay", 20, "with a crash")
    desktop.key("Return")
    desktop.until("it has its name", lambda s: any(b["name"] == "with a crash" for b in s["frame"]["branches"]))
    desktop.click(f"branch.delete.{new}")
    desktop.until("it is forgotten", lambda s: all(b["id"] != new for b in s["frame"]["branches"]))
    desktop.key("Escape")
    desktop.until("the list is closed", lambda s: not s["view"]["popup"])


# --- the window ------------------------------------------------------------------------------------------------


def the_gallery_is_the_empty_state(desktop, memory):
    state = desktop.settled()
    cards = [name for name in state["regions"] if name.startswith("scenario.")]
    if state["frame"] is not None or len(cards) < 12:
        raise Failed(f"{len(cards)} scenarios to choose from, and the frame is {state['frame']}")
    desktop.picture(memory["pictures"], "desktop_gallery")
    desktop.click("scenario.split_brain")
    desktop.until("it is open", lambda s: s["frame"] and s["view"]["scenario"] == "split_brain")
    desktop.key("space")
    desktop.until("time stands still", lambda s: not s["view"]["playing"])
    desktop.key("g")
    desktop.click("scenario.leader_crash")
    desktop.until("another is open", lambda s: s["view"]["scenario"] == "leader_crash" and not s["view"]["popup"])
    desktop.key("space")
    desktop.until("time stands still", lambda s: not s["view"]["playing"])


def the_stage_is_enlarged_and_moved(desktop, memory):
    whole = desktop.settled()["regions"]
    desktop.key("Prior")
    desktop.until("PageUp enlarges", lambda s: s["view"]["zoom"] > 1)
    desktop.key("ctrl+Right")
    desktop.until("Ctrl and an arrow move", lambda s: s["view"]["pan"][0] < 0)
    desktop.key("Next")
    desktop.until("PageDown shrinks", lambda s: s["view"]["zoom"] == 1)
    desktop.wheel("stage", up=True)
    desktop.wheel("stage", up=True)
    before = desktop.until("the wheel enlarges", lambda s: s["view"]["zoom"] > 1.3)["view"]["pan"]
    x, y = desktop.place("stage", 0.5, 0.55)
    desktop.xdotool("keydown", "shift")
    desktop.drag([(x, y), (x - 30, y - 20)])
    desktop.xdotool("keyup", "shift")
    desktop.until("Shift and a drag move", lambda s: s["view"]["pan"] != before)
    desktop.key("0")
    desktop.until("the whole stage", lambda s: s["view"]["zoom"] == 1
                  and s["regions"]["member.2"] == whole["member.2"])


def what_stands_behind_is_shown(desktop, memory):
    """The rules of the story, causes in the diagram, the stores side by side."""
    desktop.click("story.rules")
    desktop.until("the rules", lambda s: s["view"]["rules"])
    if not any("§" in line["rule"] for line in desktop.state()["frame"]["story"]):
        raise Failed("no line of the story names a section")
    desktop.key("w")
    desktop.until("no rules", lambda s: not s["view"]["rules"])
    desktop.click("tab.space_time")
    x, _ = desktop.place("space_time", 0.85)
    desktop.xdotool("mousemove", x, desktop.place("line.2")[1])
    desktop.until("what led to this moment", lambda s: s["view"]["led_to"] > 0)
    desktop.picture(memory["pictures"], "desktop_causes")
    desktop.palette("stores side by side", "stores")
    leader = leader_of(desktop.state())
    key = leader["store"][0].split("=")[0]
    desktop.until("each member's value", lambda s: all(f"store.{m['id']}.{key}" in s["regions"]
                                                     for m in s["frame"]["members"]))
    desktop.click("clients.requests")
    desktop.until("the points of the requests", lambda s: any(name.startswith("point.") for name in s["regions"]))


def every_tab_opens(desktop, memory):
    for tab in ("space_time", "disk", "clients", "metrics", "logs"):
        desktop.click(f"tab.{tab}")
        desktop.until(f"the tab {tab}", lambda s: s["view"]["tab"] == tab)


def files_are_exported(desktop, memory):
    desktop.key("Home", "e")
    desktop.until("an election", leader_of)
    desktop.click("tab.space_time")
    desktop.click("space_time.export")

    def saved(name):
        path = Path(desktop.folder) / name
        desktop.until(f"{name} is told of", lambda s: s["view"]["notice"] == f"Saved {path.resolve()}")
        return path.read_text()

    diagram = saved("leader_crash.svg")
    if not diagram.startswith("<svg") or "leads term" not in diagram or not diagram.rstrip().endswith("</svg>"):
        raise Failed(f"this is no diagram: {diagram[:200]}")
    desktop.palette("export space-time", "export.svg")
    saved("leader_crash_2.svg")
    desktop.click("export")
    desktop.click("exports.markdown")
    if "wins term" not in saved("leader_crash.md"):
        raise Failed("the story does not tell of the election")
    digest = desktop.state()["frame"]["digest"]
    desktop.click("export")
    desktop.click("exports.session")
    saved("leader_crash.json")
    memory["session"] = (Path(desktop.folder) / "leader_crash.json", digest)


def files_are_dropped_in(desktop, memory):
    path, digest = memory["session"]
    desktop.key("Home")
    desktop.until("the beginning", lambda s: s["frame"]["event"] == 0)
    desktop.drop(path, "stage")
    desktop.until("the session is where it was", lambda s: s["frame"]["digest"] == digest)
    broken = path.with_name("broken.json")
    broken.write_text("{")
    desktop.drop(broken, "stage")
    state = desktop.until("it says what is wrong", lambda s: "broken.json" in s["view"]["notice"])
    if state["frame"]["digest"] != digest:
        raise Failed("a file that could not be read changed what is open")


def members_beyond_nine_have_keys(desktop, memory):
    desktop.key("shift+0")
    desktop.until("S10 is selected", lambda s: s["view"]["selected"] == 10)
    desktop.key("shift+5")
    desktop.until("S15 is selected", lambda s: s["view"]["selected"] == 15)
    does(desktop, "C crashes it", lambda: desktop.key("c"), lambda f: member(f, 15)["process"] == "crashed")
    does(desktop, "X and a number with Shift cut a link", lambda: desktop.key("x", "shift+2"),
         lambda f: [15, 12] in f["links_cut"] and [12, 15] in f["links_cut"])


def the_link_is_shared(desktop, memory):
    desktop.click("share")
    desktop.until("it is copied", lambda s: "copied" in s["view"]["notice"])


def what_is_selected_is_selected_everywhere(desktop, memory):
    desktop.click("tab.logs")
    desktop.click("row.2")
    desktop.until("a row of the logs selects", lambda s: s["view"]["selected"] == 2)
    desktop.click("tab.space_time")
    desktop.click("line.4")
    desktop.until("a line of the diagram selects", lambda s: s["view"]["selected"] == 4)
    story = desktop.state()["frame"]["story"]
    desktop.click(f"story.{len(story) - 1}")
    desktop.until("a line of the story leads to its moment",
                  lambda s: s["frame"]["event"] == story[-1]["event"])
    desktop.key("Escape")
    desktop.until("nothing is selected", lambda s: s["view"]["selected"] == 0)


SESSIONS = [
    ("members and links", [scenario("first_election"), "--at", "0.6", "--paused", "--still"],
     [the_process_of_a_member, elections_and_handing_over, links_and_partitions, a_member_is_dragged]),
    ("clients, disks and clocks", [scenario("first_election"), "--at", "1.2", "--paused", "--still"],
     [a_client_asks, a_disk_goes_wrong, a_record_is_damaged, a_clock_goes_wrong]),
    ("the configuration", [scenario("first_election"), "--at", "0.6", "--paused", "--still"],
     [the_configuration_is_changed]),
    ("messages", [scenario("split_brain"), "--at", "2.2", "--paused", "--still"], [a_message_is_changed]),
    ("keys alone", [scenario("split_brain"), "--at", "2.2", "--paused", "--still"],
     [a_message_is_changed_by_keys, a_link_is_changed_by_keys, everything_is_reached_by_tab,
      a_record_is_damaged_by_keys, acts_are_written_in_full]),
    ("time", [scenario("lying_sync"), "--at", "1", "--speed", "1", "--paused", "--still"],
     [time_is_stepped, time_goes_to_what_matters, the_clock_stops_at_breakpoints, it_slows_at_interesting_moments,
      the_speed_changes, branches_are_compared_and_forgotten]),
    ("what stands behind", [scenario("leader_crash"), "--at", "2", "--paused", "--still"],
     [what_stands_behind_is_shown]),
    ("the window", ["--gallery", "--still"],
     [the_gallery_is_the_empty_state, the_stage_is_enlarged_and_moved, every_tab_opens, files_are_exported,
      files_are_dropped_in, the_link_is_shared, what_is_selected_is_selected_everywhere]),
    ("fifteen members", [str(Path(__file__).with_name("fifteen.json")), "--paused", "--still"],
     [members_beyond_nine_have_keys]),
]
