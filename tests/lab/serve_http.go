// Copyright: (c) 2026, directpath.nvme contributors
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

package lab

import (
	"crypto/subtle"
	"fmt"
	"io"
	"net/http"
	"net/url"

	"github.com/vmware/govmomi/vim25/types"

	"directpath.nvme/lab/config"
)

// sdkAliases are the paths besides /sdk that clients post to; the last is that of the official esxcli.
var sdkAliases = []string{"/sdk/", "/sdk/vimService", "/sdk/webService"}

// serveAt prepares the simulator to be served. Its own server is not used: it has no say in connections, and it offers
// the files of the datastores to everybody.
func (l *Lab) serveAt(conns *gate, user *url.Userinfo) {
	l.conns = conns
	addr := conns.Addr().String()
	l.service.Listen = &url.URL{Scheme: "https", Host: addr, Path: l.service.Context.Map.Path, User: user}
	l.service.RegisterSDK(l.service.Context.Map, sdkAliases...)
	l.service.ServeMux.HandleFunc("GET /sdk/vimServiceVersions.xml", l.serveVersions)
	sessions := l.service.Context.Map.SessionManager()
	sessions.ServiceHostName = addr
	password, _ := user.Password()
	sessions.ValidLogin = func(login *types.Login) bool {
		return sameText(login.UserName, user.Username()) && sameText(login.Password, password)
	}
}

func sameText(a, b string) bool {
	return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1
}

// ServeHTTP answers a request and counts its bytes.
func (l *Lab) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	r.Body = &countedBody{ReadCloser: r.Body, stats: l.stats}
	l.service.ServeMux.ServeHTTP(&countedWriter{ResponseWriter: w, stats: l.stats}, r)
}

// serveVersions lists the API versions that the server speaks. The simulator lists only 6.0 and 5.5 besides its own,
// and a client that does not know that one falls back to those.
func (l *Lab) serveVersions(w http.ResponseWriter, _ *http.Request) {
	api := l.serviceInstance().Content.About.ApiVersion
	w.Header().Set("Content-Type", "text/xml")
	fmt.Fprintf(w, `<?xml version="1.0" encoding="UTF-8" ?>
<namespaces version="1.0">
 <namespace>
  <name>urn:vim25</name>
  <version>%s</version>
  <priorVersions>
`, api)
	for _, v := range config.PriorVersions(api) {
		fmt.Fprintf(w, "   <version>%s</version>\n", v)
	}
	fmt.Fprint(w, "  </priorVersions>\n </namespace>\n</namespaces>\n")
}

type countedBody struct {
	io.ReadCloser
	stats *stats
}

func (b *countedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	b.stats.received.Add(int64(n))
	return n, err
}

type countedWriter struct {
	http.ResponseWriter
	stats *stats
}

func (w *countedWriter) Write(p []byte) (int, error) {
	n, err := w.ResponseWriter.Write(p)
	w.stats.sent.Add(int64(n))
	return n, err
}
