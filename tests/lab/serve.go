// Copyright: (c) 2026, directpath.nvme contributors
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

package lab

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"fmt"
	"log"
	"net"
	"net/http"
	"net/url"
	"path"
	"sync/atomic"
	"time"

	"directpath.nvme/lab/config"
)

// Server serves a Lab over TLS on a free port of the loopback interface, and its control channel on another one.
type Server struct {
	cfg      config.Config
	lab      atomic.Pointer[Lab]
	identity *identity
	user     *url.Userinfo
	token    string
	started  time.Time
	stop     chan struct{} // receives when a client asks for the end

	api         *http.Server
	apiConns    *gate
	control     *http.Server
	controlAddr net.Addr
}

// NewServer builds the lab and starts to serve it.
func NewServer(cfg config.Config, validFor time.Duration) (*Server, error) {
	s := &Server{
		cfg:     cfg,
		user:    url.UserPassword("lab-"+rand.Text()[:6]+"@vsphere.local", rand.Text()),
		token:   rand.Text(),
		started: time.Now(),
		stop:    make(chan struct{}, 1),
	}
	var err error
	if s.identity, err = newIdentity(validFor); err != nil {
		return nil, err
	}
	api, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	control, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		_ = api.Close()
		return nil, err
	}
	s.apiConns = newGate(api)
	s.controlAddr = control.Addr()
	if err := s.newLab(); err != nil {
		if l := s.lab.Load(); l != nil {
			_ = l.Close() // its guests
		}
		_ = api.Close()
		_ = control.Close()
		return nil, err
	}
	s.api = &http.Server{
		Handler:   http.HandlerFunc(s.serveAPI),
		ErrorLog:  log.Default(),
		TLSConfig: &tls.Config{Certificates: []tls.Certificate{s.identity.server}, MinVersion: tls.VersionTLS12},
		// One connection, one request at a time: with HTTP/2 a dropped connection would be a reset stream.
		TLSNextProto:      map[string]func(*http.Server, *tls.Conn, http.Handler){},
		ReadHeaderTimeout: time.Minute,
	}
	s.control = &http.Server{Handler: s.controlHandler(), ReadHeaderTimeout: time.Minute}
	go s.api.ServeTLS(s.apiConns, "", "")
	go s.control.Serve(control)
	return s, nil
}

// newLab replaces the lab by one in the state of the configuration.
func (s *Server) newLab() error {
	l, err := New(s.cfg)
	if err != nil {
		return err
	}
	l.serveAt(s.apiConns, s.user)
	if old := s.lab.Swap(l); old != nil {
		s.apiConns.closeAll() // sessions of the old one mean nothing to the new one
		err := old.Close()
		s.apiConns.open() // the old one may have been an ESXi host in the middle of a reboot
		if err != nil {
			return err
		}
	}
	return l.vms.startGuests() // after the old ones have ended, for their memory
}

func (s *Server) serveAPI(w http.ResponseWriter, r *http.Request) {
	s.lab.Load().ServeHTTP(w, r)
}

// lastWords is how long the answer to the request to stop may take.
const lastWords = 2 * time.Second

// Close ends the server and all connections.
func (s *Server) Close() error {
	ctx, cancel := context.WithTimeout(context.Background(), lastWords)
	defer cancel()
	_ = s.control.Shutdown(ctx) // lets the client that asked for the end have its answer
	_ = s.api.Close()
	return s.lab.Load().Close()
}

// Stopped receives when a client asked the server to stop.
func (s *Server) Stopped() <-chan struct{} { return s.stop }

// State is what clients need to know to use the server: the JSON of the state file.
func (s *Server) State(pid int, caFile string) StateFile {
	l := s.lab.Load()
	password, _ := s.user.Password()
	addr := s.apiConns.Addr().(*net.TCPAddr)
	return StateFile{
		PID:          pid,
		Mode:         l.cfg.Mode,
		Host:         addr.IP.String(),
		Port:         addr.Port,
		URL:          fmt.Sprintf("https://%s/sdk", addr),
		Username:     s.user.Username(),
		Password:     password,
		CAFile:       caFile,
		Thumbprint:   s.identity.thumbprint(),
		ControlURL:   fmt.Sprintf("http://%s", s.controlAddr),
		ControlToken: s.token,
		Datacenter:   path.Base(l.cfg.Datacenters[0]),
	}
}

// CAPEM is the certificate authority that signed the server's certificate.
func (s *Server) CAPEM() []byte { return s.identity.caPEM }

// StateFile says where a running lab is and how to log in. It holds a password: mode 0600.
type StateFile struct {
	PID          int    `json:"pid"`
	Mode         string `json:"mode"`
	Host         string `json:"host"`
	Port         int    `json:"port"`
	URL          string `json:"url"`
	Username     string `json:"username"`
	Password     string `json:"password"`
	CAFile       string `json:"ca_file"`
	Thumbprint   string `json:"thumbprint"`
	ControlURL   string `json:"control_url"`
	ControlToken string `json:"control_token"`
	Datacenter   string `json:"datacenter"`
}
