// etcd_wal measures the write-ahead log of etcd 3.4 (Debian's golang-etcd-server-dev) the way
// raftarium-bench-wal measures ours, in the system's temporary directory, and prints the same metrics as JSON
// lines.
//
//	GO111MODULE=off GOPATH=/usr/share/gocode go build -o /tmp/etcd_wal . && /tmp/etcd_wal
package main

import (
	"encoding/json"
	"fmt"
	"io/ioutil"
	"log"
	"os"
	"path/filepath"
	"runtime"
	"sort"
	"syscall"
	"time"

	"go.etcd.io/etcd/raft/raftpb"
	"go.etcd.io/etcd/wal"
	"go.etcd.io/etcd/wal/walpb"
	"go.uber.org/zap"
)

const (
	segmentBytes = 64 << 20
	repeats      = 3
)

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

func cpuSeconds() float64 {
	var usage syscall.Rusage
	check(syscall.Getrusage(syscall.RUSAGE_SELF, &usage))
	seconds := func(t syscall.Timeval) float64 { return float64(t.Sec) + float64(t.Usec)/1e6 }
	return seconds(usage.Utime) + seconds(usage.Stime)
}

func middle(values []float64) float64 {
	sort.Float64s(values)
	return values[len(values)/2]
}

func median(measure func() float64) float64 {
	var values []float64
	for i := 0; i < repeats; i++ {
		values = append(values, measure())
	}
	return middle(values)
}

// inDirectory makes a log in a directory of its own and removes it afterwards.
func inDirectory(use func(directory string, w *wal.WAL)) {
	directory, err := ioutil.TempDir("", "raftarium-bench-etcd-")
	check(err)
	defer os.RemoveAll(directory)
	w, err := wal.Create(zap.NewNop(), filepath.Join(directory, "wal"), []byte("member"))
	check(err)
	use(directory, w)
}

type writer struct {
	w     *wal.WAL
	batch []raftpb.Entry
	last  uint64
}

func newWriter(w *wal.WAL, size, batch int) *writer {
	writer := &writer{w: w, batch: make([]raftpb.Entry, batch)}
	for i := range writer.batch {
		writer.batch[i] = raftpb.Entry{Term: 1, Data: make([]byte, size)}
	}
	return writer
}

func (w *writer) save() {
	for i := range w.batch {
		w.last++
		w.batch[i].Index = w.last
	}
	check(w.w.Save(raftpb.HardState{Term: 1, Vote: 1, Commit: w.last}, w.batch))
}

// syncedRatio compares saves with raw writes of as many bytes and a fdatasync, in turn.
func syncedRatio(batch, rounds int) float64 {
	var ratio float64
	inDirectory(func(directory string, w *wal.WAL) {
		raw, err := os.OpenFile(filepath.Join(directory, "raw"), os.O_RDWR|os.O_CREATE, 0600)
		check(err)
		defer raw.Close()
		check(syscall.Fallocate(int(raw.Fd()), 0, 0, segmentBytes))
		check(raw.Sync())
		writer := newWriter(w, 128, batch)
		// What the log writes for an entry: its record, protobuf around protobuf, padded to eight bytes.
		entry := raftpb.Entry{Term: 1, Index: 1000, Data: make([]byte, 128)}
		record := walpb.Record{Type: 2, Crc: 1 << 31, Data: make([]byte, entry.Size())}
		bytes := make([]byte, batch*((record.Size()+7)/8*8+8)+40)
		var ours, theirs []float64
		offset := int64(0)
		for i := 0; i < rounds; i++ {
			start := time.Now()
			writer.save()
			ours = append(ours, time.Since(start).Seconds())
			if offset+int64(len(bytes)) > segmentBytes {
				offset = 0
			}
			start = time.Now()
			_, err := raw.WriteAt(bytes, offset)
			check(err)
			check(syscall.Fdatasync(int(raw.Fd())))
			theirs = append(theirs, time.Since(start).Seconds())
			offset += int64(len(bytes))
		}
		check(w.Close())
		ratio = middle(ours) / middle(theirs)
	})
	return ratio
}

func unsyncedRate(size, batch, bytes int) float64 {
	var rate float64
	inDirectory(func(_ string, w *wal.WAL) {
		w.SetUnsafeNoFsync()
		writer := newWriter(w, size, batch)
		count := bytes / size / batch * batch
		start := cpuSeconds()
		for done := 0; done < count; done += batch {
			writer.save()
		}
		rate = float64(count) / (cpuSeconds() - start)
		check(w.Close())
	})
	return rate
}

func readRate(size, bytes int) float64 {
	var rate float64
	inDirectory(func(directory string, w *wal.WAL) {
		w.SetUnsafeNoFsync()
		writer := newWriter(w, size, 1000)
		for writer.last < uint64(bytes/size) {
			writer.save()
		}
		check(w.Close())
		rate = median(func() float64 {
			runtime.GC()
			start := cpuSeconds()
			reader, err := wal.OpenForRead(zap.NewNop(), filepath.Join(directory, "wal"), walpb.Snapshot{})
			check(err)
			_, _, entries, err := reader.ReadAll()
			check(err)
			took := cpuSeconds() - start
			if len(entries) != int(writer.last) {
				log.Fatal("not everything was read back")
			}
			_ = reader.Close() // a log that is open for reading has no directory to close, and says so
			return float64(len(entries)*size) / took / 1e6
		})
	})
	return rate
}

func main() {
	runtime.GOMAXPROCS(1)
	out := json.NewEncoder(os.Stdout)
	print := func(metric, unit string, value float64) {
		check(out.Encode(struct {
			Metric string  `json:"metric"`
			Value  float64 `json:"value"`
			Unit   string  `json:"unit"`
		}{metric, value, unit}))
	}
	for _, load := range []struct{ batch, rounds int }{{1, 101}, {100, 101}, {1000, 41}} {
		load := load
		print(fmt.Sprintf("synced save of %d x 128 B, against raw write + fdatasync", load.batch), "x",
			median(func() float64 { return syncedRatio(load.batch, load.rounds) }))
	}
	for _, load := range []struct{ batch, bytes int }{{1, 16 << 20}, {100, 64 << 20}, {1000, 64 << 20}} {
		load := load
		print(fmt.Sprintf("save of %d x 128 B without a sync", load.batch), "entries/s",
			median(func() float64 { return unsyncedRate(128, load.batch, load.bytes) }))
	}
	for _, size := range []int{128, 1024} {
		print(fmt.Sprintf("read back, %d B", size), "MB/s", readRate(size, 64<<20))
	}
}
