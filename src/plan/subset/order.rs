//! The order in which tables are walked: what is referred to before what refers to it; cycles together.

use super::Group;

/// Groups of tables for `up[table]`, the tables that a table refers to (Tarjan, "Depth-first search and linear graph
/// algorithms", 1972; without recursion, since chains of tables can be long).
pub(super) fn groups(up: &[Vec<usize>]) -> Vec<Group> {
    let mut search = Search {
        up,
        number: vec![usize::MAX; up.len()],
        low: vec![0; up.len()],
        open: vec![false; up.len()],
        stack: Vec::new(),
        next: 0,
        groups: Vec::new(),
    };
    for start in 0..up.len() {
        if search.number[start] == usize::MAX {
            search.from(start);
        }
    }
    search.groups
}

struct Search<'a> {
    up: &'a [Vec<usize>],
    number: Vec<usize>,
    low: Vec<usize>,
    open: Vec<bool>,
    stack: Vec<usize>,
    next: usize,
    groups: Vec<Group>,
}

impl Search<'_> {
    fn from(&mut self, start: usize) {
        let mut path = vec![(start, 0)];
        self.enter(start);
        while let Some((node, edge)) = path.pop() {
            if let Some(&to) = self.up[node].get(edge) {
                path.push((node, edge + 1));
                if self.number[to] == usize::MAX {
                    self.enter(to);
                    path.push((to, 0));
                } else if self.open[to] {
                    self.low[node] = self.low[node].min(self.number[to]);
                }
                continue;
            }
            if let Some((before, _)) = path.last() {
                self.low[*before] = self.low[*before].min(self.low[node]);
            }
            if self.low[node] == self.number[node] {
                self.close(node);
            }
        }
    }

    fn enter(&mut self, node: usize) {
        self.number[node] = self.next;
        self.low[node] = self.next;
        self.next += 1;
        self.open[node] = true;
        self.stack.push(node);
    }

    fn close(&mut self, node: usize) {
        let at = self.stack.iter().rposition(|open| *open == node).unwrap_or_default();
        let mut walks = self.stack.split_off(at);
        walks.iter().for_each(|walk| self.open[*walk] = false);
        walks.sort_unstable();
        let cyclic = walks.len() > 1 || self.up[node].contains(&node);
        self.groups.push(Group { walks, cyclic });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_referred_to_comes_first_and_cycles_stay_together() {
        // 0 -> 1 -> 2 -> 1, 2 -> 3, 4 -> 4, 5
        let groups = groups(&[vec![1], vec![2], vec![1, 3], vec![], vec![4], vec![]]);
        let walks: Vec<_> = groups.iter().map(|group| (group.walks.clone(), group.cyclic)).collect();
        assert_eq!(walks, [(vec![3], false), (vec![1, 2], true), (vec![0], false), (vec![4], true), (vec![5], false)]);
    }

    #[test]
    fn a_long_chain_needs_no_deep_stack() {
        let up: Vec<Vec<usize>> = (0..200_000).map(|node| if node == 0 { vec![] } else { vec![node - 1] }).collect();
        let groups = groups(&up);
        assert!(groups.iter().enumerate().all(|(place, group)| group.walks == [place]));
    }
}
