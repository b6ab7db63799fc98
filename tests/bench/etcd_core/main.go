// etcd_core measures the consensus core of etcd 3.4 (Debian's golang-etcd-server-dev) the way
// raftarium-bench-core measures ours, and prints the same metrics as JSON lines.
//
//	GO111MODULE=off GOPATH=/usr/share/gocode go build -o /tmp/etcd_core . && /tmp/etcd_core
package main

import (
	"encoding/json"
	"io/ioutil"
	"log"
	"os"
	"runtime"
	"sort"
	"syscall"

	"go.etcd.io/etcd/raft"
	"go.etcd.io/etcd/raft/raftpb"
)

const (
	members      = 3
	repeats      = 5
	seconds      = 0.25
	compactEvery = 4096
	keep         = 1024
)

type member struct {
	node    *raft.RawNode
	storage *raft.MemoryStorage
	applied uint64 // payloads
	last    uint64 // index
}

// trio is three members whose messages go straight to the one they are for.
type trio struct {
	members   []*member
	copyBytes bool // a message is encoded and decoded on its way
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

func newTrio(copyBytes bool) *trio {
	t := &trio{copyBytes: copyBytes}
	var first raftpb.Snapshot
	first.Metadata.Index, first.Metadata.Term = 1, 1
	for id := uint64(1); id <= members; id++ {
		first.Metadata.ConfState.Voters = append(first.Metadata.ConfState.Voters, id)
	}
	for id := uint64(1); id <= members; id++ {
		storage := raft.NewMemoryStorage()
		check(storage.ApplySnapshot(first))
		node, err := raft.NewRawNode(&raft.Config{
			ID: id, Storage: storage, Applied: 1, ElectionTick: 10, HeartbeatTick: 1,
			MaxSizePerMsg: 1 << 20, MaxInflightMsgs: 512, CheckQuorum: true, PreVote: true,
		})
		check(err)
		t.members = append(t.members, &member{node: node, storage: storage})
	}
	check(t.leader().Campaign())
	t.pump()
	return t
}

func (t *trio) leader() *raft.RawNode { return t.members[0].node }

func (t *trio) deliver(message raftpb.Message) {
	if t.copyBytes {
		bytes, err := message.Marshal()
		check(err)
		message = raftpb.Message{}
		check(message.Unmarshal(bytes))
	}
	_ = t.members[message.To-1].node.Step(message)
}

func (t *trio) pump() {
	for moved := true; moved; {
		moved = false
		for _, m := range t.members {
			if !m.node.HasReady() {
				continue
			}
			moved = true
			ready := m.node.Ready()
			check(m.storage.Append(ready.Entries))
			if !raft.IsEmptyHardState(ready.HardState) {
				check(m.storage.SetHardState(ready.HardState))
			}
			for _, message := range ready.Messages {
				t.deliver(message)
			}
			for _, entry := range ready.CommittedEntries {
				m.last = entry.Index
				if len(entry.Data) > 0 {
					m.applied++
				}
			}
			m.node.Advance(ready)
		}
	}
}

func (t *trio) compact() {
	for _, m := range t.members {
		if m.last > keep {
			check(m.storage.Compact(m.last - keep))
		}
	}
}

// cpuSeconds is user and system time of this process, collecting garbage included.
func cpuSeconds() float64 {
	var usage syscall.Rusage
	check(syscall.Getrusage(syscall.RUSAGE_SELF, &usage))
	return float64(usage.Utime.Nano()+usage.Stime.Nano()) / 1e9
}

func median(measure func() float64) float64 {
	measure() // warms up
	var values []float64
	for i := 0; i < repeats; i++ {
		runtime.GC()
		values = append(values, measure())
	}
	sort.Float64s(values)
	return values[len(values)/2]
}

func thousandProposalsPerSecond(size, batch int, oneCall, copyBytes bool) float64 {
	t := newTrio(copyBytes)
	payload := func() []byte {
		data := make([]byte, size)
		data[0] = 'x'
		return data
	}
	var total, sinceCompaction uint64
	start, spent := cpuSeconds(), 0.0
	for spent < seconds {
		for done := 0; done < 1024; done += batch {
			if oneCall {
				entries := make([]raftpb.Entry, batch)
				for i := range entries {
					entries[i].Data = payload()
				}
				check(t.leader().Step(raftpb.Message{Type: raftpb.MsgProp, From: 1, Entries: entries}))
			} else {
				for i := 0; i < batch; i++ {
					check(t.leader().Propose(payload()))
				}
			}
			t.pump()
			total += uint64(batch)
			sinceCompaction += uint64(batch)
			if sinceCompaction >= compactEvery {
				t.compact()
				sinceCompaction = 0
			}
		}
		spent = cpuSeconds() - start
	}
	for id, m := range t.members {
		if m.applied != total {
			log.Fatalf("member %d applied %d of %d", id+1, m.applied, total)
		}
	}
	return float64(total) / spent / 1000
}

func tickNanoseconds() float64 {
	t := newTrio(false)
	rounds := 0
	start, spent := cpuSeconds(), 0.0
	for spent < seconds {
		for i := 0; i < 1000; i++ {
			for _, m := range t.members {
				m.node.Tick()
			}
			t.pump()
		}
		rounds += 1000
		spent = cpuSeconds() - start
	}
	return spent * 1e9 / float64(rounds*members)
}

func logBytesPerEntry() float64 {
	heap := func() uint64 {
		runtime.GC()
		runtime.GC()
		var stats runtime.MemStats
		runtime.ReadMemStats(&stats)
		return stats.HeapAlloc
	}
	const entries, atATime = 1000000, 64
	before := heap()
	storage := raft.NewMemoryStorage()
	for first := 1; first <= entries; first += atATime {
		batch := make([]raftpb.Entry, atATime)
		for i := range batch {
			batch[i] = raftpb.Entry{Term: 1, Index: uint64(first + i), Data: make([]byte, 16)}
		}
		check(storage.Append(batch))
	}
	after := heap()
	runtime.KeepAlive(storage)
	return float64(after-before) / entries
}

func main() {
	runtime.GOMAXPROCS(1)
	raft.SetLogger(&raft.DefaultLogger{Logger: log.New(ioutil.Discard, "", 0)})
	out := json.NewEncoder(os.Stdout)
	print := func(metric, unit string, value float64) {
		check(out.Encode(struct {
			Metric string  `json:"metric"`
			Value  float64 `json:"value"`
			Unit   string  `json:"unit"`
		}{metric, value, unit}))
	}
	for _, load := range []struct {
		metric      string
		size, batch int
		oneCall     bool
		copyBytes   bool
	}{
		{"propose 16 B, one by one", 16, 1, false, true},
		{"propose 16 B x 64, separate", 16, 64, false, true},
		{"propose 16 B x 64, an append each", 16, 64, false, true},
		{"propose 16 B x 64, one call", 16, 64, true, true},
		{"propose 256 B x 64, one call", 256, 64, true, true},
		{"propose 4 KiB x 64, one call, by reference", 4096, 64, true, false},
	} {
		load := load
		print(load.metric, "k/s", median(func() float64 {
			return thousandProposalsPerSecond(load.size, load.batch, load.oneCall, load.copyBytes)
		}))
	}
	print("node tick", "ns", median(tickNanoseconds))
	print("log memory, 16 B payload", "B/entry", logBytesPerEntry())
}
