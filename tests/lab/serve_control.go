// Copyright: (c) 2026, directpath.nvme contributors
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

package lab

import (
	"encoding/json"
	"net/http"
	"time"
)

// controlHandler is the control channel: what a person in the data centre, or a test, does to the lab. Every request
// needs the token of the state file. Requests and answers are JSON; a refusal is {"error": "..."}.
func (s *Server) controlHandler() http.Handler {
	mux := http.NewServeMux()
	handle := func(pattern string, f func(l *Lab, r *http.Request) (any, error)) {
		mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
			answer, err := f(s.lab.Load(), r)
			w.Header().Set("Content-Type", "application/json")
			if err != nil {
				w.WriteHeader(http.StatusBadRequest)
				answer = map[string]string{"error": err.Error()}
			}
			_ = json.NewEncoder(w).Encode(answer) // a client that has gone needs no answer
		})
	}
	done := map[string]bool{"ok": true}

	handle("GET /status", func(l *Lab, _ *http.Request) (any, error) { return s.status(l), nil })
	handle("GET /state", func(l *Lab, _ *http.Request) (any, error) { return l.state() })
	handle("GET /stats", func(l *Lab, _ *http.Request) (any, error) { return l.stats.snapshot(), nil })
	handle("POST /stats/reset", func(l *Lab, _ *http.Request) (any, error) {
		defer l.stats.reset()
		return l.stats.snapshot(), nil
	})
	handle("POST /reset", func(*Lab, *http.Request) (any, error) { return done, s.newLab() })
	handle("POST /stop", func(*Lab, *http.Request) (any, error) {
		select {
		case s.stop <- struct{}{}:
		default: // already asked
		}
		return done, nil
	})
	handle("POST /insert", func(l *Lab, r *http.Request) (any, error) {
		var in Insertion
		if err := decode(r, &in); err != nil {
			return nil, err
		}
		return l.insert(in)
	})
	handle("POST /pull", func(l *Lab, r *http.Request) (any, error) {
		var out Removal
		if err := decode(r, &out); err != nil {
			return nil, err
		}
		return done, l.pull(out)
	})
	handle("POST /move", func(l *Lab, r *http.Request) (any, error) {
		var request Move
		if err := decode(r, &request); err != nil {
			return nil, err
		}
		return done, l.moveVM(request)
	})
	handle("POST /ask", func(l *Lab, r *http.Request) (any, error) {
		var request Ask
		if err := decode(r, &request); err != nil {
			return nil, err
		}
		return done, l.ask(request)
	})
	handle("POST /task", func(l *Lab, r *http.Request) (any, error) {
		var work Work
		if err := decode(r, &work); err != nil {
			return nil, err
		}
		return done, l.beginWork(work)
	})
	handle("POST /task/clear", func(l *Lab, _ *http.Request) (any, error) {
		l.others.clear()
		return done, nil
	})
	handle("POST /guest", func(l *Lab, r *http.Request) (any, error) {
		var request GuestRequest
		if err := decode(r, &request); err != nil {
			return nil, err
		}
		return l.guestCommand(request)
	})
	handle("POST /fault", func(l *Lab, r *http.Request) (any, error) {
		var f InjectedFault
		if err := decode(r, &f); err != nil {
			return nil, err
		}
		return done, l.faults.add(f)
	})
	handle("POST /fault/clear", func(l *Lab, _ *http.Request) (any, error) {
		l.faults.reset()
		return done, nil
	})
	handle("POST /delay", func(l *Lab, r *http.Request) (any, error) {
		var d Delay
		if err := decode(r, &d); err != nil {
			return nil, err
		}
		return done, l.delays.set(d)
	})
	handle("POST /delay/clear", func(l *Lab, _ *http.Request) (any, error) {
		l.delays.clear()
		return done, nil
	})
	handle("POST /hold", func(l *Lab, r *http.Request) (any, error) {
		var h Hold
		if err := decode(r, &h); err != nil {
			return nil, err
		}
		return done, l.holds.add(h)
	})
	handle("POST /hold/clear", func(l *Lab, _ *http.Request) (any, error) {
		l.holds.clear()
		return done, nil
	})
	handle("POST /deny", func(l *Lab, r *http.Request) (any, error) {
		var d Denial
		if err := decode(r, &d); err != nil {
			return nil, err
		}
		return done, l.denials.add(d)
	})
	handle("POST /deny/clear", func(l *Lab, _ *http.Request) (any, error) {
		l.denials.clear()
		return done, nil
	})
	handle("POST /sessions/expire", func(l *Lab, _ *http.Request) (any, error) {
		l.endSessions()
		return done, nil
	})
	return s.authorized(mux)
}

func (s *Server) authorized(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !sameText(r.Header.Get("Authorization"), "Bearer "+s.token) {
			http.Error(w, `{"error": "the control token is missing or wrong"}`, http.StatusUnauthorized)
			return
		}
		next.ServeHTTP(w, r)
	})
}

func decode(r *http.Request, into any) error {
	d := json.NewDecoder(r.Body)
	d.DisallowUnknownFields()
	return d.Decode(into)
}

// Status is the JSON of `lab status`.
type Status struct {
	Mode       string  `json:"mode"`
	URL        string  `json:"url"`
	Version    string  `json:"version"`
	APIVersion string  `json:"api_version"`
	UpSeconds  float64 `json:"up_seconds"`
	Hosts      int     `json:"hosts"`
	VMs        int     `json:"vms"`
	Sessions   int     `json:"sessions"`
}

func (s *Server) status(l *Lab) Status {
	about := l.serviceInstance().Content.About
	registry := l.service.Context.Map
	return Status{
		Mode:       l.cfg.Mode,
		URL:        s.State(0, "").URL,
		Version:    about.Version,
		APIVersion: about.ApiVersion,
		UpSeconds:  time.Since(s.started).Seconds(),
		Hosts:      len(registry.All("HostSystem")),
		VMs:        len(registry.All("VirtualMachine")),
		Sessions:   len(l.sessions(l.context())),
	}
}
