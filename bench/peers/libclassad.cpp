// What HTCondor's matchmaker does for each job, by its own library: a symmetric match with every machine, the Rank of
// those that match, the ten best kept. For each line `MILLISECONDS` on standard input: how many pairs in how many
// seconds of processor time. For a line `answer NUMBER`: matches, name of the best and its Rank, of that request.
#include <algorithm>
#include <chrono>
#include <classad/classad_distribution.h>
#include <cstdio>
#include <ctime>
#include <fstream>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

using Ads = std::vector<std::unique_ptr<classad::ClassAd>>;

struct Standing {
  double rank;
  size_t row;
};
struct Answer {
  size_t matches;
  std::vector<Standing> best;
};

const size_t kept = 10;

static Ads read(const char *file) {
  classad::ClassAdJsonParser parser;
  std::ifstream lines(file);
  Ads ads;
  for (std::string line; std::getline(lines, line);) {
    ads.emplace_back(parser.ParseClassAd(line));
    if (!ads.back()) throw std::runtime_error("this is no ad: " + line);
  }
  return ads;
}

static bool isBefore(const Standing &a, const Standing &b) {
  return a.rank != b.rank ? a.rank > b.rank : a.row < b.row;
}

static Answer answer(classad::ClassAd *request, const Ads &machines) {
  Answer found{0, {}};
  classad::MatchClassAd match;
  match.ReplaceLeftAd(request);
  for (size_t row = 0; row < machines.size(); row += 1) {
    match.ReplaceRightAd(machines[row].get());
    if (match.symmetricMatch()) {
      found.matches += 1;
      double rank = 0;
      request->EvaluateAttrNumber("Rank", rank);
      const Standing standing{rank, row};
      if (found.best.size() < kept || isBefore(standing, found.best.back())) {
        if (found.best.size() == kept) found.best.pop_back();
        found.best.insert(std::upper_bound(found.best.begin(), found.best.end(), standing, isBefore), standing);
      }
    }
    match.RemoveRightAd();
  }
  match.RemoveLeftAd();
  return found;
}

int main(int count, char **words) {
  if (count != 3) return 2;
  const Ads machines = read(words[1]);
  const Ads requests = read(words[2]);
  std::cout << "ready" << std::endl;
  size_t next = 0;
  for (std::string line; std::getline(std::cin, line);) {
    if (line.rfind("answer ", 0) == 0) {
      const Answer found = answer(requests.at(std::stoul(line.substr(7))).get(), machines);
      std::string name;
      double rank = 0;
      if (!found.best.empty()) {
        machines[found.best[0].row]->EvaluateAttrString("Name", name);
        rank = found.best[0].rank;
      }
      std::printf("%zu %s %.10g\n", found.matches, name.c_str(), rank);
    } else {
      using Clock = std::chrono::steady_clock;
      const auto until = Clock::now() + std::chrono::milliseconds(std::stol(line));
      const std::clock_t begun = std::clock();
      size_t pairs = 0;
      while (Clock::now() < until) {
        answer(requests[next % requests.size()].get(), machines);
        next += 1;
        pairs += machines.size();
      }
      std::printf("%zu %.6f\n", pairs, double(std::clock() - begun) / CLOCKS_PER_SEC);
    }
    std::fflush(stdout);
  }
}
