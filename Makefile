# Demo and tests build alike, so that one can use what the other has built.
BUILD_FLAGS = -debug-info-format none
SCENARIO = Complete R2 Outage Simulation
PROGRAMS = dr-runner dr-server fault-proxy dr-audit dr-projections \
	dr-weekly-report dr-compliance-report dr-nightly
export DR_DATA ?= ./dr-data

.PHONY: help demo serve test soak torture bench bench-proxy bench-log bench-server
.PHONY: bench-reports format release clean

help: ## Say what there is to make
	@awk -F ': .*## ' '/^[a-z]+:.*## / { printf "make %-8s  %s\n", $$1, $$2 }' Makefile

demo: ## Run a drill against a storage system on this machine, and write its report
	@.ci/setup.sh build
	@swift build $(BUILD_FLAGS) --product dr-runner
	@swift build $(BUILD_FLAGS) --product dr-weekly-report
	@verdict=0; .build/debug/dr-runner run "$(SCENARIO)" || verdict=$$?; \
	report=$$(.build/debug/dr-weekly-report --output "$$DR_DATA/reports" --format html,json) \
		|| exit; \
	echo "$$report" | tail -n 1; \
	echo "Report: $$(ls -t "$$DR_DATA"/reports/*.html | head -n 1)"; \
	exit $$verdict

serve: ## Serve the API and the dashboard on this machine, and print a token for them
	@.ci/setup.sh build
	@for program in dr-server dr-runner dr-audit; do \
		swift build $(BUILD_FLAGS) --product $$program || exit; \
	done
	@.build/debug/dr-server token --role admin --subject "$$(id -un)"
	@exec .build/debug/dr-server serve

test: .venv/installed ## Run all tests, with real storage servers
	@.ci/setup.sh test
	@.ci/test.sh $(BUILD_FLAGS) --no-parallel

soak: .venv/installed ## Run the long tests, as a release build
	@.ci/setup.sh test
	@DR_SOAK=1 .ci/test.sh -c release -Xswiftc -enable-testing --no-parallel --filter Soak

torture: .venv/installed ## Kill, fill up, fault and cut the power of the log, as a release build
	@.ci/setup.sh test
	@DR_SOAK=1 .ci/test.sh -c release -Xswiftc -enable-testing --no-parallel --filter Torture

# One after the other, also where one misses a bound.
bench: ## Measure the fault proxy, the event log, the server and the reports
	@$(MAKE) --no-print-directory --keep-going --jobs=1 \
		bench-proxy bench-log bench-server bench-reports

# A plan that was made before a file was added to the package beside this one would leave it out.
BUILD_LOG_BENCH = rm -f Benchmarks/.build/release.yaml && \
	swift build -c release --package-path Benchmarks --product log-bench

bench-proxy:
	@.ci/setup.sh bench
	swift build -c release --product fault-proxy
	Benchmarks/proxy/run.py .build/release/fault-proxy --json .build/bench-proxy.json

bench-log:
	@.ci/setup.sh bench
	$(BUILD_LOG_BENCH)
	Benchmarks/log/run.py Benchmarks/.build/release/log-bench \
		--json Benchmarks/.build/bench-log.json

bench-server:
	@.ci/setup.sh bench
	@for program in dr-server dr-runner dr-audit; do \
		swift build -c release --product $$program || exit; \
	done
	$(BUILD_LOG_BENCH)
	Benchmarks/server/run.py .build/release/dr-server Benchmarks/.build/release/log-bench \
		--json .build/bench-server.json

bench-reports:
	@.ci/setup.sh build
	@for program in dr-weekly-report dr-compliance-report; do \
		swift build -c release --product $$program || exit; \
	done
	$(BUILD_LOG_BENCH)
	Benchmarks/reports/run.py .build/release/dr-weekly-report .build/release/dr-compliance-report \
		Benchmarks/.build/release/log-bench --json .build/bench-reports.json

format: ## Format all Swift files
	swift format --in-place --parallel --recursive --configuration .swift-format \
		Sources Tests Projections Reports Benchmarks/Sources Package.swift Benchmarks/Package.swift

release: ## Build the programs for other machines, into dist
	@.ci/setup.sh build
	swift build -c release --static-swift-stdlib
	mkdir -p dist
	cp $(addprefix .build/release/,$(PROGRAMS)) dist/

# Never the data: it is evidence.
clean: ## Remove what was built and installed here
	swift package clean
	rm -rf .venv dist Benchmarks/.build

.venv/installed: requirements.txt
	@.ci/setup.sh python
